package jdk.internal.misc;

import java.lang.ref.WeakReference;
import jdk.internal.access.JavaLangAccess;
import jdk.internal.access.SharedSecrets;
import jdk.internal.vm.Continuation;
import jdk.internal.vm.annotation.ForceInline;

/**
 * The counters of one platform thread, and the bytes that it has left until its next sample.
 *
 * <p>One thread writes, anybody reads. So a write is a plain load and an opaque store, of which a
 * reader sees a whole one, where threads that share would need an atomic addition for each of four
 * counters a pair. A virtual thread uses the cell of its carrier, which it cannot leave between the
 * look-up of the cell and the last store: it is unmounted only where it blocks.
 *
 * <p>A cell outlives its thread, and then serves another one: its counters only ever rise, so that
 * the sum over all cells is exact whoever wrote them.
 */
public final class RmmCell {

  /** The place of each counter among those of its kind. */
  public static final int TOOK = 0;

  public static final int TOOK_BYTES = 1;
  public static final int GAVE = 2;
  public static final int GAVE_BYTES = 3;

  /** How many there are of each kind. */
  public static final int FIELDS = 4;

  /**
   * Cells that are made at most, of some 400 bytes each: 1.6 MB. A power of two. Threads beyond
   * share one, by atomic additions.
   */
  private static final int MAX_CELLS = 4_096;

  /** Neighbours that a thread may have its cell in. */
  private static final int REACH = 8;

  private static final Unsafe UNSAFE = Unsafe.getUnsafe();
  private static final JavaLangAccess LANG = SharedSecrets.getJavaLangAccess();

  private static final long COUNTDOWN = UNSAFE.objectFieldOffset(RmmCell.class, "countdown");

  /** Where a thread looks for its cell, by its number. They are filled under {@link #LOCK}. */
  private static final RmmCell[] CELLS = new RmmCell[MAX_CELLS];

  private static final Object LOCK = new Object();

  /** The one that is shared. */
  static final RmmCell COMMON = new RmmCell();

  private final long[] counts = new long[RmmKind.COUNT * FIELDS];

  /** The number of the thread whose this is; no thread has 0. */
  private long threadId;

  /** That thread. */
  private WeakReference<Thread> owner;

  /** Bytes until the next sample. */
  long countdown;

  /** The mean of the distribution that the countdown was drawn from; negative before the first. */
  long meanAtDraw = -1;

  /** Whether the thread is within a sample, so that what that takes is not sampled. */
  boolean sampling;

  private RmmCell() {}

  /**
   * Returns the cell of the calling thread, or null if it must use the shared one.
   *
   * <p>A cell that is seen with the thread's own number is the thread's: nobody else writes that
   * number, and it stays while the thread lives. With a thread-local, a pair took 79 ns where it
   * takes 66 with this.
   */
  @ForceInline
  static RmmCell mine() {
    Thread thread = LANG.currentCarrierThread();
    long id = thread.threadId();
    RmmCell cell = CELLS[(int) id & (MAX_CELLS - 1)];
    return cell != null && cell.threadId == id ? cell : look(thread, id);
  }

  private static RmmCell look(Thread thread, long id) {
    for (int i = 1; i < REACH; i++) {
      RmmCell cell = CELLS[(int) (id + i) & (MAX_CELLS - 1)];
      if (cell != null && cell.threadId == id) {
        return cell;
      }
    }
    try {
      return mayClaim(id) ? claim(thread, id) : null;
    } catch (Throwable e) {
      return null; // no room on the Java heap or the stack: there may be the next time
    }
  }

  /** Looks without the lock, since a thread that finds nothing comes here each time. */
  private static boolean mayClaim(long id) {
    for (int i = 0; i < REACH; i++) {
      RmmCell cell = CELLS[(int) (id + i) & (MAX_CELLS - 1)];
      if (cell == null || isDead(cell.owner.get())) {
        return true;
      }
    }
    return false;
  }

  /** Finds a cell for a thread that has none. */
  private static RmmCell claim(Thread thread, long id) {
    WeakReference<Thread> reference = new WeakReference<>(thread);
    // A virtual thread that waits for the lock would else go on at another carrier.
    Continuation.pin();
    try {
      return claimPinned(reference, id);
    } finally {
      Continuation.unpin();
    }
  }

  private static RmmCell claimPinned(WeakReference<Thread> reference, long id) {
    synchronized (LOCK) {
      for (int i = 0; i < REACH; i++) {
        int place = (int) (id + i) & (MAX_CELLS - 1);
        RmmCell cell = CELLS[place];
        if (cell == null) {
          cell = new RmmCell();
          cell.owner = reference;
          cell.threadId = id;
          UNSAFE.storeFence(); // it is seen whole, or not at all
          CELLS[place] = cell;
          return cell;
        }
        if (isDead(cell.owner.get())) {
          cell.owner = reference;
          cell.sampling = false;
          cell.threadId = id;
          return cell;
        }
      }
      return null;
    }
  }

  private static boolean isDead(Thread thread) {
    return thread == null || !thread.isAlive();
  }

  @ForceInline
  void add(int counter, long bytes) {
    long offset = offset(counter);
    long next = offset + Long.BYTES;
    UNSAFE.putLongOpaque(counts, offset, UNSAFE.getLong(counts, offset) + 1);
    UNSAFE.putLongOpaque(counts, next, UNSAFE.getLong(counts, next) + bytes);
  }

  /** As {@link #add}, for the cell that threads share. */
  void addTogether(int counter, long bytes) {
    UNSAFE.getAndAddLong(counts, offset(counter), 1);
    UNSAFE.getAndAddLong(counts, offset(counter + 1), bytes);
  }

  private static long offset(int counter) {
    return Unsafe.ARRAY_LONG_BASE_OFFSET + (long) counter * Long.BYTES;
  }

  /**
   * Counts down in the cell that threads share. A draw meanwhile may lose what others subtract,
   * which makes a sample come later: the rate of samples is lower by that little.
   *
   * @return whether a sample is due; of those who subtract at once, one is told so
   */
  boolean countDownTogether(long bytes) {
    long left = UNSAFE.getAndAddLong(this, COUNTDOWN, -bytes);
    return left >= 0 && left < bytes;
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
    COMMON.addTo(sum, field);
    for (RmmCell cell : CELLS) {
      if (cell != null) {
        cell.addTo(sum, field);
      }
    }
  }

  private void addTo(long[] sum, int field) {
    for (int i = field; i < sum.length; i += FIELDS) {
      sum[i] += read(i);
      sum[i + 1] += read(i + 1);
    }
  }
}
