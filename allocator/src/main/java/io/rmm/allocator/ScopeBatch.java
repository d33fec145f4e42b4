package io.rmm.allocator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that were allocated one after the other and share a scope. Once all of them are freed the
 * scope can be closed, which ends every view of any of them at the cost of one handshake; not
 * before that is their memory used again.
 *
 * <p>Guarded by itself, where nothing else is said. It has no locks within.
 */
final class ScopeBatch {

  private final Quarantine quarantine;

  /** Null where the source cannot put memory into a scope. */
  private final @Nullable Arena scope;

  private static final ScopedBlock[] NONE = {};

  private ScopedBlock[] blocks;
  private final long mostBytes;
  private int joined;
  private long joinedBytes;
  private int resting;
  private long restingBytes;
  private boolean sealed;
  private boolean complete;

  // ---- guarded by the ScopeBatches, and next by the Quarantine once all blocks rest ----

  /** Whether this stands in the list of batches that are not complete. */
  boolean listed;

  @Nullable ScopeBatch previous;
  @Nullable ScopeBatch next;

  /** The tick of the clock in which it was made. */
  int born;

  // ---- of the thread that ends it ----

  private boolean scopeClosed;

  /** Blocks that were given back, from the first on. */
  int ended;

  /**
   * Makes a batch.
   *
   * @param mostBlocks blocks at which it is sealed, 1 or more
   * @param mostBytes bytes at which it is sealed
   */
  @SuppressWarnings("MustBeClosedChecker") // closeScope() does
  ScopeBatch(Quarantine quarantine, int mostBlocks, long mostBytes) {
    this.quarantine = quarantine;
    this.blocks = new ScopedBlock[mostBlocks];
    this.mostBytes = mostBytes;
    this.scope = quarantine.source().canChangeScope() ? Arena.ofShared() : null;
  }

  /** Returns {@code segment} as one that dies with this batch, where the source can do that. */
  MemorySegment inScope(MemorySegment segment) {
    return scope == null ? segment : quarantine.source().inScope(segment, scope);
  }

  /** Takes {@code block} in; returns false if no further block may join. */
  synchronized boolean join(ScopedBlock block) {
    if (sealed) {
      return false;
    }
    blocks[joined] = block;
    block.batch = this;
    joined++;
    joinedBytes += block.page.slotBytes;
    sealed = joined == blocks.length || joinedBytes >= mostBytes;
    return true;
  }

  /**
   * Counts {@code block}, which was freed, as resting.
   *
   * @param seal whether no further block may join from now on
   * @return whether that completes the batch
   */
  synchronized boolean rest(ScopedBlock block, boolean seal) {
    if (!block.rests) {
      block.rests = true;
      resting++;
      restingBytes += block.page.slotBytes;
      quarantine.count(block.page.slotBytes);
    }
    sealed |= seal;
    return completes();
  }

  /** Lets no further block join; returns whether that completes the batch. */
  synchronized boolean seal() {
    sealed = true;
    return completes();
  }

  /**
   * Counts the blocks as resting that are freed although nobody said so, because the stack ended
   * amid their free. While no operation is under way. Returns whether that completes the batch.
   */
  synchronized boolean recount() {
    if (complete) {
      // The stack ended before it was told to anybody.
      return true;
    }
    for (int i = 0; i < joined; i++) {
      if (!blocks[i].isLive() && rest(blocks[i], false)) {
        return true;
      }
    }
    return false;
  }

  /** Tells, once, that all blocks rest and none will join. */
  private boolean completes() {
    if (complete || !sealed || resting < joined) {
      return false;
    }
    complete = true;
    return true;
  }

  synchronized int resting() {
    return resting;
  }

  synchronized long restingBytes() {
    return restingBytes;
  }

  /** Returns the number of blocks. */
  synchronized int size() {
    return joined;
  }

  synchronized ScopedBlock block(int index) {
    return blocks[index];
  }

  /** Returns the block at {@code index} if it rests, or null. */
  synchronized @Nullable ScopedBlock restingBlock(int index) {
    return blocks[index].rests ? blocks[index] : null;
  }

  /** Lets the blocks go, which all are given back: stale handles may hold on to this for long. */
  synchronized void forgetBlocks() {
    blocks = NONE;
  }

  /**
   * Ends all views of all blocks.
   *
   * @throws IllegalStateException if one is in use by a downcall
   */
  void closeScope() {
    if (scope != null && !scopeClosed) {
      scope.close();
    }
    scopeClosed = true;
  }
}
