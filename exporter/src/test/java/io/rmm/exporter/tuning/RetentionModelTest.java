package io.rmm.exporter.tuning;

import static io.rmm.exporter.tuning.SimulatedPool.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rmm.allocator.TuningEffect;
import io.rmm.exporter.tuning.RetentionModel.Replayed;
import io.rmm.exporter.tuning.RetentionPolicy.Bounds;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionModelTest {

  private static final long LIMIT = 50 * MIB;
  private static final ReturnPrices NO_PRICES = new ReturnPrices(0, 0, 0, 0);

  /** 300 MiB and 100 MiB in turn, 2 s each; trimmed to the limit of 50 MiB each time. */
  private static final List<DemandSample> WAVES =
      List.of(
          sample(0, 300, 300, 0, 0),
          sample(1, 100, 150, 150, 150),
          sample(2, 100, 150, 150, 150),
          sample(3, 300, 300, 150, 150),
          sample(4, 300, 300, 150, 150),
          sample(5, 100, 150, 300, 300),
          sample(6, 100, 150, 300, 300),
          sample(7, 300, 300, 300, 300),
          sample(8, 300, 300, 300, 300));

  @Test
  void underTheLimitInForceItIsWhatHappened() {
    Replayed replayed = model(WAVES, NO_PRICES).replay(LIMIT);

    assertThat(replayed.span()).isEqualTo(Duration.ofSeconds(8));
    assertThat(replayed.returnedBytes()).isEqualTo(300 * MIB);
    assertThat(replayed.remappedBytes()).isEqualTo(300 * MIB);
    // 50 in four of eight seconds; of the 150 that are trimmed twice, half for a second each
    assertThat(replayed.idleBytes()).isCloseTo((4 * 50 + 2 * 75) * MIB / 8, within(MIB));
  }

  @Test
  void underALowerLimitMoreGoesAndComesAgain() {
    Replayed replayed = model(WAVES, NO_PRICES).replay(0);

    assertThat(replayed.returnedBytes()).isEqualTo(400 * MIB);
    assertThat(replayed.remappedBytes()).isEqualTo(400 * MIB);
    assertThat(replayed.idleBytes()).isCloseTo(2 * 100 * MIB / 8, within(MIB));
  }

  @Test
  void underALimitAsHighAsTheWavesNextToNothingGoes() {
    Replayed replayed = model(WAVES, NO_PRICES).replay(200 * MIB);

    // The curve of six seconds takes a tenth of what has lain idle for a second and a half.
    assertThat(replayed.returnedBytes()).isBetween(2 * 10 * MIB, 2 * 25 * MIB);
    assertThat(replayed.idleBytes()).isBetween(4 * 185 * MIB / 8, 4 * 200 * MIB / 8);
  }

  @Test
  void whatLiesIdleForSixSecondsIsGoneUnderAnyLimit() {
    List<DemandSample> fallen =
        List.of(
            sample(0, 300, 300, 0, 0),
            sample(1, 100, 300, 0, 0),
            sample(4, 100, 300, 0, 0),
            sample(7, 100, 300, 0, 0));

    assertThat(model(fallen, NO_PRICES).replay(Long.MAX_VALUE).returnedBytes())
        .isEqualTo(200 * MIB);
  }

  @Test
  void growthCostsNothingUnderAnyLimit() {
    List<DemandSample> ramp =
        List.of(sample(0, 100, 100, 0, 0), sample(1, 200, 200, 0, 0), sample(2, 300, 300, 0, 0));

    assertThat(model(ramp, NO_PRICES).under(0)).isEqualTo(new TuningEffect(0, 0));
    assertThat(model(ramp, NO_PRICES).under(1000 * MIB)).isEqualTo(new TuningEffect(0, 0));
  }

  @Test
  void aBurstBetweenTwoSamplesIsReplayedFromWhatItCost() {
    List<DemandSample> bursts =
        List.of(
            sample(0, 0, 0, 0, 0),
            sample(1, 0, 50, 200, 200), // 250 mapped, and trimmed down to the limit
            sample(2, 0, 50, 400, 400)); // the same again

    Replayed asItWas = model(bursts, NO_PRICES).replay(LIMIT);
    assertThat(asItWas.returnedBytes()).isCloseTo(400 * MIB, within(MIB));
    assertThat(asItWas.remappedBytes()).isCloseTo(200 * MIB, within(MIB));
    Replayed kept = model(bursts, NO_PRICES).replay(250 * MIB);
    assertThat(kept.returnedBytes()).isLessThan(5 * MIB);
    assertThat(kept.idleBytes()).isBetween(245 * MIB, 250 * MIB);
  }

  @Test
  void memoryThatIsTrimmedAndMappedWithinOneSecondGoesAndComesOnce() {
    List<DemandSample> dip = List.of(sample(0, 300, 300, 0, 0), sample(1, 300, 300, 200, 200));

    Replayed replayed = model(dip, NO_PRICES).replay(LIMIT);

    assertThat(replayed.returnedBytes()).isEqualTo(200 * MIB);
    assertThat(replayed.remappedBytes()).isEqualTo(200 * MIB);
    assertThat(replayed.idleBytes()).isZero();
  }

  @Test
  void bytesBecomeTimeAtThePricesMeasured() {
    // 2 ms for each MiB that goes, 1 ms for each that comes: (300 * 2 + 300 * 1) ms in 8 s.
    ReturnPrices prices = new ReturnPrices(20_000_000, 10 * MIB, 5_000_000, 5 * MIB);

    assertThat(model(WAVES, prices).under(LIMIT).cost()).isEqualTo(900_000_000 / 8);
  }

  @Test
  void aPriceThatWasNeverMeasuredIsNotMadeUp() {
    assertThat(model(WAVES, NO_PRICES).under(LIMIT).isCostKnown()).isFalse();
    assertThat(model(WAVES, NO_PRICES).under(LIMIT).areBytesKnown()).isTrue();
    assertThat(model(WAVES, new ReturnPrices(1, 1, 0, 0)).under(LIMIT).isCostKnown())
        .as("what it costs to map again is not known")
        .isFalse();
  }

  @Test
  void oneSampleSaysNothing() {
    assertThat(model(WAVES.subList(0, 1), NO_PRICES).under(LIMIT)).isEqualTo(TuningEffect.UNKNOWN);
  }

  @Test
  void theWayUpOfAProgramThatHasJustBegunIsLeftOut() {
    List<DemandSample> begun =
        List.of(
            sample(0, 0, 0, 0, 0),
            sample(1, 0, 0, 0, 0),
            sample(2, 0, 0, 0, 0),
            sample(3, 300, 300, 0, 0),
            sample(4, 300, 300, 0, 0),
            sample(5, 0, 50, 250, 250),
            sample(6, 0, 50, 250, 250),
            sample(7, 300, 300, 250, 250));

    Replayed replayed = model(begun, NO_PRICES).replay(300 * MIB);

    assertThat(replayed.span()).isEqualTo(Duration.ofSeconds(4));
    assertThat(replayed.idleBytes()).isBetween(140 * MIB, 150 * MIB);
  }

  @Test
  void ofARampNothingIsLeftOut() {
    List<DemandSample> ramp =
        List.of(sample(0, 100, 150, 0, 0), sample(1, 120, 150, 0, 0), sample(2, 140, 150, 0, 0));

    assertThat(model(ramp, NO_PRICES).replay(LIMIT).span()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void whatIsOlderThanAMinuteIsLeftOut() {
    List<DemandSample> samples =
        List.of(
            sample(0, 900, 900, 0, 0),
            sample(1, 100, 150, 750, 750),
            sample(62, 100, 100, 800, 750),
            sample(63, 100, 100, 800, 750));

    assertThat(model(samples, NO_PRICES).under(0)).isEqualTo(new TuningEffect(0, 0));
  }

  /**
   * Demand at random, watched under one limit, and what happens under others to a pool that goes by
   * the kernel's own clock and curve.
   */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
  void tellsWhatOtherLimitsWouldHaveDone(long seed) {
    LongUnaryOperator demand = levels(seed);
    for (long seen : new long[] {16 * MIB, 256 * MIB}) {
      SimulatedPool watched =
          new SimulatedPool(new Bounds(seen, seen)).run(Duration.ofMillis(120_250), demand);
      RetentionModel model = RetentionModel.of(watched.intervals(), NO_PRICES);
      for (long limit : new long[] {0, 16 * MIB, 64 * MIB, 256 * MIB, 1024 * MIB}) {
        SimulatedPool other =
            new SimulatedPool(new Bounds(limit, limit)).run(Duration.ofMillis(60_250), demand);
        long returnedBefore = other.returned;
        long idleBefore = other.idleSum;
        other.run(Duration.ofMinutes(1), demand);

        Replayed replayed = model.replay(limit);

        // A wave that begins in one minute and ends in the next may count for either, and waves
        // hardly longer than the second between two samples are seen too long or too short.
        long returned = other.returned - returnedBefore;
        assertThat(replayed.returnedBytes())
            .as("returned under %d", limit)
            .isCloseTo(returned, within(returned / 4 + 80 * MIB));
        long idle = (other.idleSum - idleBefore) / 60;
        assertThat(replayed.idleBytes())
            .as("idle under %d", limit)
            .isCloseTo(idle, within(idle / 4 + 8 * MIB));
      }
    }
  }

  /** Levels up to 500 MiB, each held for a second to twenty. */
  private static LongUnaryOperator levels(long seed) {
    Random random = new Random(seed);
    int longest = 1_000 << seed % 5;
    long[] levels = new long[130];
    long[] ends = new long[130];
    long end = 0;
    for (int i = 0; i < levels.length; i++) {
      levels[i] = random.nextInt(500) * MIB;
      end += 1_000 + random.nextInt(longest) / 250 * 250;
      ends[i] = end;
    }
    return millis -> {
      int i = 0;
      while (ends[i] <= millis) {
        i++;
      }
      return levels[i];
    };
  }

  private static RetentionModel model(List<DemandSample> samples, ReturnPrices prices) {
    return RetentionModel.of(DemandInterval.of(samples), prices);
  }

  /** A sample with its bytes in MiB. */
  private static DemandSample sample(
      int second, long demand, long committed, long returned, long trimmed) {
    return new DemandSample(
        Duration.ofSeconds(second).toNanos(),
        demand * MIB,
        committed * MIB,
        returned * MIB,
        trimmed * MIB,
        LIMIT);
  }
}
