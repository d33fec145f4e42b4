package jdk.internal.misc;

import java.lang.ref.WeakReference;
import jdk.internal.access.JavaLangAccess;
import jdk.internal.access.SharedSecrets;
import jdk.internal.vm.annotation.ForceInline;

/**
 * The counters of one platform thread, and the bytes that it has left until its next sample.
 *
 * <p>One thread writes, anybody reads. So a write is a plain load and an opaque store, of which a
 * reader sees a whole one; it takes a fifth of the time of an atomic addition, of which a pair
 * would need four. A virtual thread uses the cell of its carrier, which it cannot leave between the
 * look-up of the cell and the last store: it is unmounted only where it blocks.
 *
 * <p>A cell outlives its thread, and then serves another one: its counters only ever rise, so that
 * the sum over all cells is exact whoever wrote them.
 */
public final class RmmCell {

  /** The place of each counter among those of its kind. */
  static final int TOOK = 0;

  static final int TOOK_BYTES = 1;
  static final int GAVE = 2;
  static final int GAVE_BYTES = 3;
  static final int FIELDS = 4;

  /**
   * Cells that are made at most, of some 400 bytes each: 1.6 MB. Threads beyond share one, by
   * atomic additions.
   */
  private static final int MAX_CELLS = 4_096;

  private static final Unsafe UNSAFE = Unsafe.getUnsafe();
  private static final JavaLangAccess LANG = SharedSecrets.getJavaLangAccess();

  private static final CarrierThreadLocal<RmmCell> MINE = new CarrierThreadLocal<>();

  /** Guards {@link #spare} and the making of cells. */
  private static final Object LOCK = new Object();

  /** All cells, linked by {@link #next}. */
  private static volatile RmmCell all;

  /** Cells whose thread has died, linked by {@link #nextSpare}. */
  private static RmmCell spare;

  private static int made;

  /** The one that is shared. */
  static final RmmCell COMMON = new RmmCell(null);

  private final long[] counts = new long[RmmKind.COUNT * FIELDS];
  private final RmmCell next;
  private RmmCell nextSpare;

  /** The thread whose this is; null in a spare one, and in the shared one. */
  private volatile WeakReference<Thread> owner;

  /** Bytes until the next sample. */
  long countdown;

  /** The mean of the distribution that the countdown was drawn from; negative before the first. */
  long meanAtDraw = -1;

  /** Whether the thread is within a sample, so that what that takes is not sampled. */
  boolean sampling;

  private RmmCell(RmmCell next) {
    this.next = next;
  }

  /** Returns the cell of the calling thread, or null if it must use the shared one. */
  @ForceInline
  static RmmCell mine() {
    RmmCell cell = MINE.get();
    return cell != null ? cell : claim();
  }

  /** Finds a cell for a thread that has none. The only place where a hook allocates. */
  private static RmmCell claim() {
    if (all == null) {
      return null;
    }
    try {
      WeakReference<Thread> thread = new WeakReference<>(LANG.currentCarrierThread());
      RmmCell cell = take();
      if (cell != null) {
        cell.owner = thread;
        MINE.set(cell);
      }
      return cell;
    } catch (Throwable e) {
      // No room on the Java heap or the stack. A cell that is lost by it is found by giveBack.
      return null;
    }
  }

  private static RmmCell take() {
    synchronized (LOCK) {
      RmmCell cell = spare;
      if (cell != null) {
        spare = cell.nextSpare;
      } else if (made < MAX_CELLS) {
        cell = new RmmCell(all);
        all = cell;
        made++;
      }
      return cell;
    }
  }

  /** Makes the classes that {@link #mine} needs ready. Before it, all threads share one cell. */
  static void open() {
    synchronized (LOCK) {
      if (all == null) {
        all = COMMON;
      }
    }
    mine();
  }

  /** Makes the cells of dead threads ready for others. To be called now and then by one thread. */
  static void giveBack() {
    for (RmmCell cell = all; cell != null; cell = cell.next) {
      WeakReference<Thread> reference = cell.owner;
      if (reference != null && isDead(reference.get())) {
        cell.owner = null;
        cell.sampling = false;
        synchronized (LOCK) {
          cell.nextSpare = spare;
          spare = cell;
        }
      }
    }
  }

  private static boolean isDead(Thread thread) {
    return thread == null || !thread.isAlive();
  }

  @ForceInline
  void add(int counter, long bytes) {
    long offset = offset(counter);
    UNSAFE.putLongOpaque(counts, offset, counts[counter] + 1);
    UNSAFE.putLongOpaque(counts, offset + Long.BYTES, counts[counter + 1] + bytes);
  }

  /** As {@link #add}, for the cell that threads share. */
  void addTogether(int counter, long bytes) {
    UNSAFE.getAndAddLong(counts, offset(counter), 1);
    UNSAFE.getAndAddLong(counts, offset(counter + 1), bytes);
  }

  private static long offset(int counter) {
    return Unsafe.ARRAY_LONG_BASE_OFFSET + (long) counter * Long.BYTES;
  }

  private long read(int counter) {
    return UNSAFE.getLongVolatile(counts, offset(counter));
  }

  /**
   * Adds up the counters of all cells. What was given back is read first: so a kind never seems to
   * have given more than it took.
   */
  static long[] sum() {
    long[] sum = new long[RmmKind.COUNT * FIELDS];
    addAll(sum, GAVE);
    addAll(sum, TOOK);
    return sum;
  }

  private static void addAll(long[] sum, int field) {
    for (RmmCell cell = all; cell != null; cell = cell.next) {
      for (int i = field; i < sum.length; i += FIELDS) {
        sum[i] += cell.read(i);
        sum[i + 1] += cell.read(i + 1);
      }
    }
  }
}
