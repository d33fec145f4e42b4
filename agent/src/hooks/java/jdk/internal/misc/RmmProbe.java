package jdk.internal.misc;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.annotation.DontInline;
import jdk.internal.vm.annotation.ForceInline;

/**
 * Counts off-heap memory as the JDK takes it and gives it back, and chooses samples by bytes.
 *
 * <p>This and its neighbours are defined into {@code java.base} by the agent, beside the classes
 * whose call sites lead here. So they are seen from there without a change to the class path, and
 * may use what the JDK keeps for itself.
 *
 * <p><b>The fast path</b> is two additions to counters that the thread alone writes, and one
 * subtraction that decides whether the memory is sampled: no lock, no object, no class that is not
 * loaded yet, but for the first time of a thread, which gets its counters then. Nothing here
 * throws, but at the end of the stack. It is not inlined: with it, the code of {@code
 * Arena.allocate} is above the size that C2 still inlines, and then the arena, its list and its
 * segment are allocated on the heap, which costs far more than two calls (a confined arena with a
 * segment of 64 B: 108 ns and 176 B, where it had 54 and none).
 *
 * <p><b>Samples</b> are a Poisson process over bytes, as those of RMM's own blocks: the distance to
 * the next is drawn from an exponential distribution, and each sample carries the mean of its draw.
 */
public final class RmmProbe {

  private static final int FIELDS = RmmCell.FIELDS;

  /** Whether there is an agent, for what calls this without a hook in the JDK. */
  private static volatile boolean open;

  /** Null where nothing is sampled. */
  private static volatile RmmSink sink;

  /** Mean bytes between two samples. */
  private static volatile long mean = 512L << 10;

  /** Shared arenas: how many were opened, and how many closed, from before the agent too. */
  private static final AtomicLong sharedOpened = new AtomicLong();

  private static final AtomicLong sharedClosed = new AtomicLong();

  /** Frees through {@code sun.misc.Unsafe} of addresses that are not known. */
  private static final AtomicLong unknownFrees = new AtomicLong();

  /** How long the closes took, in nanoseconds. */
  private static final AtomicLong closingNanos = new AtomicLong();

  /** Whether it is asked where the next shared arena is opened. */
  private static volatile boolean samplesShared;

  private RmmProbe() {}

  // ---- for the hooks ----

  /**
   * Counts memory that was taken.
   *
   * @return what {@link #gave} is to be told of it, mostly null
   */
  @DontInline
  public static Object took(int kind, long bytes) {
    RmmCell cell = RmmCell.mine();
    if (cell == null) {
      RmmCell.COMMON.addTogether(kind * FIELDS + RmmCell.TOOK, bytes);
      return RmmCell.COMMON.countDownTogether(bytes) ? sample(RmmCell.COMMON, kind, bytes) : null;
    }
    cell.add(kind * FIELDS + RmmCell.TOOK, bytes);
    return (cell.countdown -= bytes) < 0 ? sample(cell, kind, bytes) : null;
  }

  /** Counts memory that is about to be given back, and no longer counts against the limit. */
  @DontInline
  public static void gave(int kind, long bytes, Object sample) {
    RmmCell cell = RmmCell.mine();
    if (cell == null) {
      RmmCell.COMMON.addTogether(kind * FIELDS + RmmCell.GAVE, bytes);
    } else {
      cell.add(kind * FIELDS + RmmCell.GAVE, bytes);
    }
    if (kind < RmmLimit.FIRST_UNLIMITED) {
      RmmLimit.release(bytes);
    }
    if (sample != null) {
      end(sample);
    }
  }

  /** As {@link #took}, of memory that is found again by its address alone. */
  public static void tookAt(int kind, long address, long bytes) {
    RmmCell cell = RmmCell.mine();
    boolean sampled;
    if (cell == null) {
      RmmCell.COMMON.addTogether(kind * FIELDS + RmmCell.TOOK, bytes);
      sampled =
          RmmCell.COMMON.countDownTogether(bytes) && sampleAt(RmmCell.COMMON, kind, address, bytes);
    } else {
      cell.add(kind * FIELDS + RmmCell.TOOK, bytes);
      sampled = (cell.countdown -= bytes) < 0 && sampleAt(cell, kind, address, bytes);
    }
    long before = RmmAddresses.add(address, kind, bytes, sampled);
    if (before > 0) {
      ended(address, before, RmmAddresses.isSampled(before) && !sampled);
    } else if (before == RmmAddresses.NO_ROOM) {
      // Its free will not be seen, so it is as if it had been freed at once.
      gave(kind, bytes, null);
      if (sampled) {
        endAt(address);
      }
    }
  }

  /**
   * Counts memory that is about to be given back, by its address.
   *
   * @return what {@link RmmAddresses#remove} returned
   */
  public static long gaveAt(long address) {
    long entry = RmmAddresses.remove(address);
    if (entry > 0) {
      ended(address, entry, RmmAddresses.isSampled(entry));
    }
    return entry;
  }

  private static void ended(long address, long entry, boolean sampled) {
    gave(RmmAddresses.kind(entry), RmmAddresses.bytes(entry), null);
    if (sampled) {
      endAt(address);
    }
  }

  /** Counts memory again that was {@linkplain #gaveAt counted as given back} and is still there. */
  public static void tookBack(long address, long entry) {
    if (entry > 0) {
      int kind = RmmAddresses.kind(entry);
      if (kind < RmmLimit.FIRST_UNLIMITED) {
        RmmLimit.reserveAnyway(RmmAddresses.bytes(entry));
      }
      tookAt(kind, address, RmmAddresses.bytes(entry));
    }
  }

  /** Notes that a shared arena was opened. */
  public static void openedShared() {
    sharedOpened.incrementAndGet();
    if (samplesShared) {
      sampleShared();
    }
  }

  /** Notes that a shared arena was closed, which took so long. */
  public static void closedShared(long nanos) {
    sharedClosed.incrementAndGet();
    closingNanos.addAndGet(nanos);
  }

  /** Notes that memory was freed that is not known: taken before the agent came, or by C code. */
  static void freedUnknown() {
    unknownFrees.incrementAndGet();
  }

  // ---- samples ----

  @DontInline
  private static Object sample(RmmCell cell, int kind, long bytes) {
    RmmSink to = sink;
    long drawnWith = due(cell, bytes, to);
    if (drawnWith < 0) {
      return null;
    }
    // On its carrier to the end, so that the cell stays the thread's.
    Continuation.pin();
    cell.sampling = true;
    try {
      return to.took(kind, bytes, drawnWith);
    } catch (Throwable e) {
      return null; // no room: it goes on unobserved
    } finally {
      cell.sampling = false;
      Continuation.unpin();
    }
  }

  @DontInline
  private static boolean sampleAt(RmmCell cell, int kind, long address, long bytes) {
    RmmSink to = sink;
    long drawnWith = due(cell, bytes, to);
    if (drawnWith < 0) {
      return false;
    }
    Continuation.pin();
    cell.sampling = true;
    try {
      return to.tookAt(kind, address, bytes, drawnWith);
    } catch (Throwable e) {
      return false;
    } finally {
      cell.sampling = false;
      Continuation.unpin();
    }
  }

  /**
   * Draws the next countdown of a cell whose countdown has ended.
   *
   * @return the mean that the ended one was drawn with, or -1 if there is nothing to sample
   */
  private static long due(RmmCell cell, long bytes, RmmSink to) {
    if (cell.sampling || to == null) {
      cell.countdown += bytes;
      return -1;
    }
    long drawnWith = cell.meanAtDraw;
    long now = mean;
    if (drawnWith < 0) {
      // The first countdown of this cell begins with this memory.
      drawnWith = now;
      long first = draw(now);
      if (first >= bytes) {
        cell.countdown = first - bytes;
        cell.meanAtDraw = now;
        return -1;
      }
    }
    cell.countdown = draw(now);
    cell.meanAtDraw = now;
    return drawnWith;
  }

  private static long draw(long mean) {
    // 1 - u lies in (0, 1], so the logarithm is finite.
    double u = ThreadLocalRandom.current().nextDouble();
    return (long) (-Math.log(1 - u) * mean);
  }

  @DontInline
  private static void sampleShared() {
    samplesShared = false;
    RmmSink to = sink;
    if (to != null) {
      Continuation.pin();
      try {
        to.openedShared();
      } catch (Throwable e) {
        // No room; the next may have some.
      } finally {
        Continuation.unpin();
      }
    }
  }

  @DontInline
  private static void end(Object sample) {
    RmmSink to = sink;
    if (to != null) {
      Continuation.pin();
      try {
        to.gave(sample);
      } catch (Throwable e) {
        // No room; the sample stays, and the next look at it finds nothing wrong with that.
      } finally {
        Continuation.unpin();
      }
    }
  }

  @DontInline
  private static void endAt(long address) {
    RmmSink to = sink;
    if (to != null) {
      Continuation.pin();
      try {
        to.gaveAt(address);
      } catch (Throwable e) {
        // As above.
      } finally {
        Continuation.unpin();
      }
    }
  }

  /** Returns what is to be said of memory that the limit refuses; null if there is no agent. */
  static String refused(long bytes, long taken, long limit) {
    RmmSink to = sink;
    return to == null ? null : to.refused(bytes, taken, limit);
  }

  /** Reports a double free. */
  static void freedTwice(int kind, long address) {
    RmmSink to = sink;
    if (to != null) {
      try {
        to.freedTwice(kind, address);
      } catch (Throwable e) {
        // No room to tell.
      }
    }
  }

  // ---- for the agent ----

  /**
   * Begins to count, with a limit of {@code most} bytes. Called before any hook is in place, or
   * when those of an agent before are no more: what that has counted counts against the limit too.
   */
  public static void open(long most) {
    // So that a first sample loads nothing.
    RmmAddresses.remove(0);
    Continuation.pin();
    Continuation.unpin();
    draw(1);
    RmmCell.mine();
    // What threads have added that were counting when the agent before ended.
    giveBackAddresses();
    RmmLimit.begin(most);
    open = true;
  }

  /** Tells whether there is an agent: handles that were linked for it stay when it has ended. */
  @ForceInline
  public static boolean isOpen() {
    return open;
  }

  /**
   * To be called before the hooks are put in place, for the first time or again: forgets what may
   * have become untrue while they were not.
   */
  public static void begin() {
    RmmAddresses.forgetFreed();
  }

  /** Ends samples and the limit, and what is counted by address and not seen to be freed now. */
  public static void close() {
    open = false;
    RmmLimit.end();
    giveBackAddresses();
    sink = null;
  }

  private static void giveBackAddresses() {
    RmmAddresses.giveBack(RmmKind.UNSAFE);
    RmmAddresses.giveBack(RmmKind.MAPPED);
    RmmAddresses.giveBack(RmmKind.MALLOC);
    RmmAddresses.giveBack(RmmKind.MMAP);
  }

  /** Has samples told to {@code to} from now on. */
  public static void sampleTo(RmmSink to) {
    sink = to;
  }

  /** Sets the mean bytes between two samples, for the countdowns that are drawn from now on. */
  public static void setMean(long bytes) {
    mean = bytes;
  }

  /** Returns the mean bytes between two samples. */
  public static long mean() {
    return mean;
  }

  /**
   * Returns what was counted so far: {@link RmmCell#FIELDS} numbers for each kind, in the order of
   * kinds. They are how often memory was taken, how many bytes, and the same of what was given
   * back.
   */
  public static long[] counts() {
    return RmmCell.sum();
  }

  /** Returns how often memory was freed through {@code sun.misc.Unsafe} that was not known. */
  public static long unknownFrees() {
    return unknownFrees.get();
  }

  /**
   * Returns live memory that is known by its address, of {@code least} bytes and more: kind,
   * address and bytes of each, {@code most} at the most.
   */
  public static long[] located(long least, int most) {
    return RmmAddresses.live(least, most);
  }

  /** Asks for the place where the next shared arena is opened. */
  public static void sampleNextShared() {
    samplesShared = true;
  }

  /**
   * Returns how many shared arenas were opened, how many were closed, and how many nanoseconds the
   * closes took together.
   */
  public static long[] sharedArenas() {
    long closed = sharedClosed.get();
    return new long[] {sharedOpened.get(), closed, closingNanos.get()};
  }
}
