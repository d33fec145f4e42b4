package jdk.internal.misc;

import java.util.concurrent.atomic.AtomicLong;
import jdk.internal.vm.annotation.DontInline;
import jdk.internal.vm.annotation.ForceInline;

/**
 * The agent's limit on direct buffers, arenas and {@code Unsafe} together.
 *
 * <p>Without one, which is the rule, each method is a comparison. With one it is an atomic addition
 * to one number, whose bound holds at each instant: what would exceed it waits for the collector,
 * see {@link RmmRoom}, and is then refused, before anything is taken.
 */
public final class RmmLimit {

  /** Mapped files and memory of the program's own C functions are not limited. */
  static final int FIRST_UNLIMITED = RmmKind.MAPPED;

  /** The most bytes that may be taken at once, or {@link Long#MAX_VALUE}. */
  private static long limit = Long.MAX_VALUE;

  /** Bytes that count against the limit. */
  private static final AtomicLong limited = new AtomicLong();

  private RmmLimit() {}

  /** Begins to limit to {@code most} bytes. What is counted and live counts against them. */
  static void begin(long most) {
    limited.set(0);
    // From here on frees are taken off, by others at the same time: at the worst one twice.
    limit = most;
    long[] counts = RmmCell.sum();
    long live = 0;
    for (int kind = 0; kind < FIRST_UNLIMITED; kind++) {
      int first = kind * RmmCell.FIELDS;
      live += counts[first + RmmCell.TOOK_BYTES] - counts[first + RmmCell.GAVE_BYTES];
    }
    limited.addAndGet(live);
  }

  /** Limits nothing any more. */
  static void end() {
    limit = Long.MAX_VALUE;
  }

  /**
   * Makes sure that the limit allows for {@code bytes}.
   *
   * @throws OutOfMemoryError if not
   */
  @ForceInline
  public static void reserve(long bytes) {
    if (limit != Long.MAX_VALUE) {
      reserveLimited(bytes);
    }
  }

  /** Takes back a {@link #reserve}. */
  @ForceInline
  public static void release(long bytes) {
    if (limit != Long.MAX_VALUE) {
      limited.addAndGet(-bytes);
    }
  }

  /** Reserves {@code bytes} that are there already. */
  public static void reserveAnyway(long bytes) {
    if (limit != Long.MAX_VALUE) {
      limited.addAndGet(bytes);
    }
  }

  @DontInline
  private static void reserveLimited(long bytes) {
    if (!tryReserve(bytes) && !RmmRoom.await(bytes)) {
      throw refused(bytes);
    }
  }

  /** Reserves {@code bytes} if the limit allows for them. */
  static boolean tryReserve(long bytes) {
    long taken;
    do {
      taken = limited.get();
      if (bytes > limit - taken) {
        return false;
      }
    } while (!limited.compareAndSet(taken, taken + bytes));
    return true;
  }

  private static OutOfMemoryError refused(long bytes) {
    return new OutOfMemoryError(RmmProbe.refused(bytes, limited.get(), limit));
  }

  /**
   * Throws what {@link #reserve} would, and reserves nothing: for a caller that takes something
   * else before, and does not give that back.
   */
  @ForceInline
  public static void checkRoom(long bytes) {
    if (limit != Long.MAX_VALUE) {
      reserveLimited(bytes);
      limited.addAndGet(-bytes);
    }
  }

  /** In the place of {@link Unsafe#allocateMemory}: the same within the limit. */
  @ForceInline
  public static long allocate(Unsafe unsafe, long bytes) {
    return limit == Long.MAX_VALUE ? unsafe.allocateMemory(bytes) : allocateLimited(unsafe, bytes);
  }

  @DontInline
  private static long allocateLimited(Unsafe unsafe, long bytes) {
    reserve(bytes);
    try {
      return unsafe.allocateMemory(bytes);
    } catch (Throwable e) {
      release(bytes);
      throw e;
    }
  }
}
