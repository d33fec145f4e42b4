package io.rmm.allocator.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecayTest {

  private static final long UNLIMITED = Long.MAX_VALUE;

  private final Decay decay = new Decay();

  /** Lets a tick pass at whose end {@code idle} bytes are idle; returns how many stay. */
  private long tick(long idle, long retained) {
    long stays = Math.min(idle, decay.tick(idle, retained));
    decay.settle(stays);
    return stays;
  }

  @Test
  void allStaysAtFirstHalfAtHalfTimeAndNothingAtTheEnd() {
    long idle = 1_000_000;
    long[] stays = new long[Decay.TICKS + 1];
    stays[0] = tick(idle, UNLIMITED);
    for (int age = 1; age <= Decay.TICKS; age++) {
      stays[age] = tick(stays[age - 1], UNLIMITED);
      assertThat(decay.isLimited()).isFalse();
      // No portion is more than a thirteenth of the whole: the curve's slope is at most 15/8.
      assertThat(stays[age - 1] - stays[age])
          .as("gone at tick %d", age)
          .isBetween(0L, idle * 15 / 8 / Decay.TICKS + 1);
    }
    assertThat(stays[0]).isEqualTo(idle);
    // After 1.5 s: what a load of a few seconds' rhythm wants back.
    assertThat(stays[Decay.TICKS / 4]).isEqualTo(896_484);
    assertThat(stays[Decay.TICKS / 2]).isEqualTo(idle / 2);
    assertThat(stays[Decay.TICKS]).isZero();
  }

  @Test
  void whatLiesAboveTheLimitGoesWithinASecond() {
    assertThat(tick(1_000, 100)).isEqualTo(1_000);
    long stays = 1_000;
    for (int age = 1; age < Decay.EXCESS_TICKS; age++) {
      long less = tick(stays, 100);
      assertThat(less).isBetween(100L, stays - 1);
      assertThat(decay.isLimited()).isTrue();
      stays = less;
    }
    assertThat(tick(stays, 100)).isEqualTo(100);
    assertThat(decay.isLimited()).isTrue();
    assertThat(tick(100, 100)).as("within the limit the long curve counts").isEqualTo(100);
    assertThat(decay.isLimited()).isFalse();
  }

  @Test
  void aLoweredLimitCountsAtOnceForWhatHasLainForASecond() {
    for (int age = 0; age < Decay.EXCESS_TICKS; age++) {
      assertThat(tick(1_000, UNLIMITED)).isBetween(900L, 1_000L);
    }
    assertThat(tick(900, 10)).isEqualTo(10);
    assertThat(decay.isLimited()).isTrue();
  }

  /** A pulse that comes back stays; what lies below its lowest point goes. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void aPulseStaysAndWhatLiesBelowItGoes(int half) {
    long base = 10_000;
    long pulse = 50_000;
    long idle = base;
    for (int period = 0; period < 40; period++) {
      for (int tick = 0; tick < half; tick++) {
        idle = tick(period == 0 ? base : idle - (tick == 0 ? pulse : 0), UNLIMITED);
      }
      for (int tick = 0; tick < half; tick++) {
        idle = tick(idle + (tick == 0 ? pulse : 0), UNLIMITED);
      }
      assertThat(idle).as("at the end of period %d", period).isGreaterThan(pulse * 98 / 100);
    }
    assertThat(idle).as("the base is gone").isLessThanOrEqualTo(pulse);
  }

  @Test
  void memoryThatWasGivenBackByRequestIsForgotten() {
    for (int age = 0; age < Decay.TICKS / 2; age++) {
      long _ = tick(1_000, UNLIMITED);
    }
    assertThat(tick(0, UNLIMITED)).isZero();
    assertThat(tick(100, UNLIMITED)).isEqualTo(100);
    for (int age = 1; age < Decay.TICKS; age++) {
      assertThat(decay.tick(100, UNLIMITED)).isLessThanOrEqualTo(100);
    }
  }

  @Test
  void whatCannotBeGivenBackIsAskedForAgain() {
    for (int age = 0; age < Decay.TICKS; age++) {
      long _ = decay.tick(1_000, UNLIMITED);
      decay.settle(1_000);
    }
    for (int again = 0; again < 3; again++) {
      assertThat(decay.tick(1_000, UNLIMITED)).isZero();
      decay.settle(1_000);
    }
  }

  /**
   * Whatever a load does: never more stays than is idle or than was ever idle without a break for
   * less than the whole time; all that became idle in the last tick stays, up to the limit; and
   * what is idle above the limit is not above what became idle within a second.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void holdsForRandomLoads(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] history = new long[2_000];
    long idle = 0;
    for (int tick = 0; tick < history.length; tick++) {
      long before = idle;
      idle = random.nextInt(4) == 0 ? random.nextLong(1L << random.nextInt(1, 40)) : idle;
      history[tick] = idle;
      long retained = random.nextLong(1L << random.nextInt(1, 40));
      long stays = Math.min(idle, decay.tick(idle, retained));
      long fresh = Math.max(0, idle - before);

      assertThat(stays)
          .as("seed %d, tick %d: all of what has just become idle", seed, tick)
          .isGreaterThanOrEqualTo(Math.min(retained, fresh));
      long oldest = lowest(history, tick, Decay.TICKS);
      assertThat(stays)
          .as("seed %d, tick %d: nothing of what has lain for the whole time", seed, tick)
          .isLessThanOrEqualTo(Math.max(0, idle - oldest));
      long second = lowest(history, tick, Decay.EXCESS_TICKS);
      assertThat(stays)
          .as("seed %d, tick %d: nothing above the limit that has lain for a second", seed, tick)
          .isLessThanOrEqualTo(Math.max(retained, idle - second));
      if (decay.isLimited()) {
        assertThat(stays).isGreaterThanOrEqualTo(retained);
      }
      // A system that refuses to take anything back: then the history is that of what is idle.
      decay.settle(idle);
    }
  }

  /** Returns the fewest bytes that were idle in the last {@code ticks} ticks and the one before. */
  private static long lowest(long[] history, int now, int ticks) {
    long lowest = history[now];
    for (int tick = Math.max(-1, now - ticks); tick < now; tick++) {
      lowest = Math.min(lowest, tick < 0 ? 0 : history[tick]);
    }
    return lowest;
  }
}
