package io.rmm.allocator;

import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.source.LinuxSystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * An arena over blocks of a budget.
 *
 * <p><b>Life and death.</b> An arena of the JDK, the <em>scope</em>, gives the segments theirs, and
 * with it everything that the contract says of threads and of use after close. It is closed first;
 * if that fails, because the thread is wrong or the arena is in use, nothing has happened. Only
 * then do the blocks go back.
 *
 * <p><b>Regions.</b> Small segments do not get a block each: they are cut from a <em>region</em>, a
 * block that the arena fills from its start, so that an allocation is an addition and a slice. Each
 * region is twice as large as the one before, within {@link ArenaRegions bounds}. What is large
 * gets a block of its own. Used bytes and live blocks are therefore those of the regions, while
 * requested bytes are what callers asked for.
 *
 * <p><b>Zeros.</b> A block is zeroed when it is taken, a region as a whole: so cutting a segment
 * stays small enough to be inlined. Memory that no block has used since it came from the operating
 * system is not touched.
 *
 * <p>Measured: docs/decisions/0007-arenas.md.
 */
abstract class ManagedArena implements Arena {

  final BudgetNode budget;

  /** What the segments live and die with. */
  final Arena scope;

  /** Blocks that this arena holds. */
  @Nullable ArenaBlock blocks;

  /** What was asked for in all blocks. */
  long requestedBytes;

  /** Bytes that segments took in regions before this one. */
  long filledBefore;

  /** Where the region starts. This and the following are addresses. */
  long start;

  /** Where the next segment starts; a multiple of {@link SizeClasses#GRANULE}. */
  long next;

  /** Where the region ends; 0 if there is none. */
  long limit;

  ManagedArena(BudgetNode budget, Arena scope) {
    this.budget = budget;
    this.scope = scope;
  }

  static void checkArguments(long byteSize, long byteAlignment) {
    if (byteSize < 0 || byteAlignment <= 0 || (byteAlignment & (byteAlignment - 1)) != 0) {
      throw badArguments(byteSize, byteAlignment);
    }
  }

  private static IllegalArgumentException badArguments(long byteSize, long byteAlignment) {
    return new IllegalArgumentException(
        byteSize < 0
            ? "a segment must have 0 or more bytes, not " + byteSize
            : "an alignment must be a power of two, not " + byteAlignment);
  }

  static IllegalStateException alreadyClosed() {
    return new IllegalStateException("Already closed");
  }

  static WrongThreadException wrongThread() {
    return new WrongThreadException("Attempted access outside owning thread");
  }

  @Override
  public final MemorySegment.Scope scope() {
    return scope.scope();
  }

  // ---- regions; the caller is alone ----

  /** Finds room for a segment in the region; returns its address, or 0 if it does not fit in. */
  final long place(long byteSize, long byteAlignment) {
    long from = (next + byteAlignment - 1) & -byteAlignment;
    // Segments of no bytes have addresses of their own, too. And no sum in this may overflow.
    long bytes = Math.max(1, byteSize);
    if (from < next || bytes > limit - from) {
      return 0;
    }
    next = granuleAfter(from + bytes);
    return from;
  }

  static long granuleAfter(long address) {
    return (address + SizeClasses.GRANULE - 1) & -SizeClasses.GRANULE;
  }

  final MemorySegment segment(long address, long byteSize) {
    return budget
        .engine()
        .source()
        .inScope(LinuxSystemCalls.PROCESS.asSlice(address, byteSize), scope);
  }

  /** Makes {@link #place} return 0 from now on. */
  final void endRegion() {
    limit = 0;
  }

  /** Returns the bytes that segments took in regions, as far as one region can hold them. */
  final int demand() {
    return (int) Math.min(ArenaRegions.MAX_BYTES, filledBefore + next - start);
  }
}
