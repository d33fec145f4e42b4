package io.rmm.allocator.heap;

import java.util.Arrays;

/**
 * Decides how much idle memory may stay committed: it goes back along a smooth curve, and not all
 * at once.
 *
 * <p><b>The curve.</b> Of the bytes that became idle at one tick, the part that may stay falls from
 * all to nothing in {@link #TICKS} ticks, by {@code 1 - (6x^5 - 15x^4 + 10x^3)}. That is K.
 * Perlin's smootherstep ("Improving noise", SIGGRAPH 2002), which jemalloc uses for the same
 * purpose: it begins and ends flat. So memory that is wanted back within a second or two is nearly
 * all there still; what is never wanted goes in small portions, and not in one that stops the world
 * for its pages; and there is an end, which an exponential curve would not have.
 *
 * <p><b>Above the retained limit</b> it is the same curve in {@link #EXCESS_TICKS} ticks, down to
 * the limit.
 *
 * <p><b>What is idle for how long.</b> Which bytes are reused cannot be told, and need not be: when
 * fewer are idle than at the tick before, those count as reused that had become idle last. So bytes
 * count as idle for as long as that many were idle without a break, which is to say that the
 * fluctuation of a load stays young and stays committed, while what lies below its lowest point
 * ages and goes. jemalloc ages both alike; under a load that pulses once a second it would give
 * back a seventh of the pulse and take it again each time.
 *
 * <p><b>Cost.</b> A long for each tick of the curve, and as many multiplications a tick. Not for
 * several threads. The clock that ticks is the caller's, so tests need not wait.
 */
final class Decay {

  /**
   * Ticks, four a second, after which idle memory has gone back: 6 s. Short enough for all of a
   * burst to be gone within 10 s whatever the clock's luck; and of what a load wants back after 1.5
   * s, nine tenths are there.
   */
  static final int TICKS = 24;

  /**
   * Ticks after which what is idle above the retained limit has gone back: 1 s. The limit says what
   * is worth keeping, so this is only to let a pulse of less than that pass.
   */
  static final int EXCESS_TICKS = 4;

  private static final double[] CURVE = curve(TICKS);
  private static final double[] EXCESS_CURVE = curve(EXCESS_TICKS);

  /** The bytes that became idle so many ticks ago, less those reused since. */
  private final long[] byAge = new long[TICKS];

  /** The bytes that were idle when {@link #settle} was called last. */
  private long idle;

  private boolean limited;

  /**
   * Notes that a tick has passed, and how many bytes are idle at its end. Returns how many of them
   * may stay.
   *
   * @param retained {@link io.rmm.allocator.TuningKnob#RETAINED_BYTES}
   */
  long tick(long idleNow, long retained) {
    System.arraycopy(byAge, 0, byAge, 1, TICKS - 1);
    byAge[0] = Math.max(0, idleNow - idle);
    reuse(idle - idleNow);
    settle(idleNow);
    long stays = weigh(CURVE);
    long atMost = Math.max(retained, weigh(EXCESS_CURVE));
    limited = atMost < Math.min(stays, idleNow);
    return Math.min(stays, atMost);
  }

  /** Tells whether more might have stayed at the last tick if the retained limit were higher. */
  boolean isLimited() {
    return limited;
  }

  /** Notes how many bytes are idle once what may not stay has been given back. */
  void settle(long idleNow) {
    idle = idleNow;
    if (idleNow == 0) {
      Arrays.fill(byAge, 0);
    }
  }

  private void reuse(long bytes) {
    long rest = bytes;
    for (int age = 1; age < TICKS && rest > 0; age++) {
      long here = Math.min(rest, byAge[age]);
      byAge[age] -= here;
      rest -= here;
    }
  }

  private long weigh(double[] curve) {
    double sum = 0;
    for (int age = 0; age < curve.length; age++) {
      sum += byAge[age] * curve[age];
    }
    return (long) sum;
  }

  private static double[] curve(int ticks) {
    double[] curve = new double[ticks];
    for (int age = 0; age < ticks; age++) {
      double x = (double) age / ticks;
      curve[age] = 1 - x * x * x * (x * (6 * x - 15) + 10);
    }
    return curve;
  }
}
