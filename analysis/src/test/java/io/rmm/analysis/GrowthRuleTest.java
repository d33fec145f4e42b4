package io.rmm.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rmm.allocator.signal.EventType;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.unit.UnitLookup;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.ResultToolkit;
import org.openjdk.jmc.flightrecorder.rules.Severity;

class GrowthRuleTest {

  private static final long MIB = 1 << 20;
  private static final String LEAK = "shop.Cart.open(Cart.java:12) < shop.Main.run(Main.java:5)";
  private static final String BUSY = "shop.Page.render(Page.java:7) < shop.Main.run(Main.java:6)";

  @TempDir private Path directory;

  @Test
  void steadyGrowthIsAWarningWithItsLimitAndSites() throws Exception {
    IResult result =
        evaluate(
            recording -> {
              budget(recording, "root/shop", 100 * MIB, second -> 10 * MIB + second * 64 * 1024);
              for (int second = 1; second < 60; second++) {
                sample(recording, second, "root/shop", BUSY, 4 * MIB);
                sample(recording, second, "root/shop", LEAK, MIB / 2);
                sample(recording, second, "root/other", "not.Mine.run(Mine.java:1)", 400 * MIB);
              }
              recording.event(
                  EventType.LEAK_SUSPECT,
                  30,
                  "m",
                  Map.of("budget", "root/shop", "allocationSite", LEAK, "weight", MIB));
            });

    assertThat(result.getSeverity()).isEqualTo(Severity.WARNING);
    Growth growth = only(result);
    assertThat(growth.account().budget()).isEqualTo("root/shop");
    assertThat(growth.trend().perSecond()).isCloseTo(64 * 1024, within(1.0));
    assertThat(growth.forecast()).isNotNull();
    assertThat(growth.forecast().budget()).isEqualTo("root/shop");
    // At the last sample, after 59 s, 86.3 MiB are left.
    assertThat(growth.forecast().secondsLeft()).isCloseTo(1381, within(1.0));
    assertThat(growth.sites())
        .extracting(site -> site.site().top())
        .containsExactly("shop.Cart.open(Cart.java:12)", "shop.Page.render(Page.java:7)");
    assertThat(ResultToolkit.populateMessage(result, result.getExplanation(), false))
        .contains("grows by 64 KiB/s and reaches the hard limit of 100 MiB")
        .contains("in 23 min 1 s; most was lost from shop.Cart.open(Cart.java:12)");
    assertThat(result.getResult(GrowthRule.GROWTH_PER_SECOND).doubleValueIn(UnitLookup.BYTE))
        .isCloseTo(64 * 1024, within(1.0));
  }

  @Test
  void growthWithoutALimitIsAWarning() throws Exception {
    IResult result =
        evaluate(recording -> budget(recording, "root", Long.MAX_VALUE, second -> second * MIB));

    assertThat(result.getSeverity()).isEqualTo(Severity.WARNING);
    assertThat(only(result).forecast()).isNull();
    assertThat(only(result).displayUsing("")).contains("no hard limit stands in its way");
  }

  @Test
  void growthThatTakesMonthsToItsLimitIsAHint() throws Exception {
    IResult result =
        evaluate(recording -> budget(recording, "root", 1L << 46, second -> second * MIB / 16));

    assertThat(result.getSeverity()).isEqualTo(Severity.INFO);
    assertThat(only(result).urgent()).isFalse();
  }

  @Test
  void growthThatLevelsOffIsAHint() throws Exception {
    IResult result =
        evaluate(
            recording ->
                budget(
                    recording,
                    "root",
                    Long.MAX_VALUE,
                    second -> (long) (200 * MIB * (1 - Math.exp(-second / 15.0)))));

    assertThat(result.getSeverity()).isEqualTo(Severity.INFO);
  }

  @Test
  void aSawtoothThatClimbsIsFound() throws Exception {
    IResult result =
        evaluate(
            recording ->
                budget(
                    recording, "root", Long.MAX_VALUE, second -> second * MIB + second % 10 * MIB));

    assertThat(result.getSeverity()).isEqualTo(Severity.WARNING);
  }

  @Test
  void aLevelWithNoiseIsWell() throws Exception {
    Random random = new Random(3);
    IResult result =
        evaluate(
            recording ->
                budget(
                    recording,
                    "root",
                    Long.MAX_VALUE,
                    second -> 50 * MIB + random.nextInt((int) (10 * MIB))));

    assertThat(result.getSeverity()).isEqualTo(Severity.OK);
    assertThat(result.getSummary()).isEqualTo("No off-heap memory only grows.");
  }

  @Test
  void fillingACacheDuringTheWarmUpIsWell() throws Exception {
    IResult result =
        evaluate(
            recording ->
                budget(
                    recording,
                    "root",
                    Long.MAX_VALUE,
                    second -> Math.min(second, 10) * 5 * MIB + second % 3));

    assertThat(result.getSeverity()).isEqualTo(Severity.OK);
  }

  @Test
  void growthIsToldOnceWhereItComesFromWithTheNearestLimitAbove() throws Exception {
    LongUnaryOperator leak = second -> second * MIB;
    IResult result =
        evaluate(
            recording -> {
              budget(recording, "root", 1000 * MIB, second -> 100 * MIB + leak.applyAsLong(second));
              budget(recording, "root/a", Long.MAX_VALUE, second -> 100 * MIB);
              budget(recording, "root/b", Long.MAX_VALUE, leak);
              budget(recording, "root/b/inner", Long.MAX_VALUE, leak);
              manager(recording, 60, second -> 100 * MIB + leak.applyAsLong(second));
            });

    Growth growth = only(result);
    assertThat(growth.account().budget()).isEqualTo("root/b/inner");
    assertThat(growth.forecast()).isNotNull();
    assertThat(growth.forecast().budget()).isEqualTo("root");
    assertThat(growth.forecast().secondsLeft()).isCloseTo(841, within(1.0));
  }

  @Test
  void managersWithoutBudgetsAreLookedAtToo() throws Exception {
    IResult result = evaluate(recording -> manager(recording, 60, second -> second * MIB));

    assertThat(only(result).account().isManager()).isTrue();
  }

  @Test
  void tooFewSamplesAreNotApplicable() throws Exception {
    IResult result = evaluate(recording -> manager(recording, 8, second -> second * MIB));

    assertThat(result.getSeverity()).isEqualTo(Severity.NA);
    assertThat(ResultToolkit.populateMessage(result, result.getSummary(), false))
        .isEqualTo("Too few samples of used off-heap memory: 6 after the warm-up, 8 needed.");
  }

  @Test
  void disabledEventsAreNotApplicableAndSaySo() throws Exception {
    IResult result = evaluate(recording -> recording.setting(EventType.MANAGER_STATISTICS, false));

    assertThat(result.getSeverity()).isEqualTo(Severity.NA);
    assertThat(result.getSolution()).contains("rmm.ManagerStatistics was disabled");
  }

  @Test
  void preferencesCount() throws Exception {
    IItemCollection items =
        RuleTester.record(
            directory,
            recording -> budget(recording, "root", Long.MAX_VALUE, second -> second * MIB));
    IResult result =
        RuleTester.evaluate(
            new GrowthRule(),
            items,
            Map.of(GrowthRule.LEAST_GROWTH, UnitLookup.GIBIBYTE.quantity(1)));

    assertThat(result.getSeverity()).isEqualTo(Severity.OK);
  }

  private IResult evaluate(RuleTester.Content content) throws Exception {
    return RuleTester.evaluate(new GrowthRule(), RuleTester.record(directory, content));
  }

  private static Growth only(IResult result) {
    Collection<Growth> growths = result.getResult(GrowthRule.GROWTHS);
    assertThat(growths).hasSize(1);
    return growths.iterator().next();
  }

  private static void manager(SyntheticRecording recording, int samples, LongUnaryOperator used) {
    for (int second = 0; second < samples; second++) {
      recording.event(
          EventType.MANAGER_STATISTICS, second, "m", Map.of("used", used.applyAsLong(second)));
    }
  }

  private static void budget(
      SyntheticRecording recording, String budget, long hard, LongUnaryOperator used) {
    for (int second = 0; second < 60; second++) {
      recording.event(
          EventType.BUDGET_STATISTICS,
          second,
          "m",
          Map.of("budget", budget, "hard", hard, "used", used.applyAsLong(second)));
    }
  }

  private static void sample(
      SyntheticRecording recording, int second, String budget, String site, long weight) {
    recording.event(
        EventType.ALLOCATION_SAMPLE,
        second,
        "m",
        Map.of("budget", budget, "site", site, "weight", weight));
  }
}
