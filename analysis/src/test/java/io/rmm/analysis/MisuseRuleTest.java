package io.rmm.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.signal.EventType;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.unit.UnitLookup;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.ResultToolkit;
import org.openjdk.jmc.flightrecorder.rules.Severity;
import org.openjdk.jmc.flightrecorder.rules.TypedResult;

class MisuseRuleTest {

  private static final String CLOSE = "shop.Cart.close(Cart.java:40) < shop.Main.run(Main.java:9)";
  private static final String OPEN = "shop.Cart.open(Cart.java:12) < shop.Main.run(Main.java:5)";

  @TempDir private Path directory;

  @Test
  void oneMisuseIsAWarning() throws Exception {
    IResult result = evaluate(recording -> recording.event(EventType.MISUSE, 3, "m", misuse(96)));

    assertThat(result.getSeverity()).isEqualTo(Severity.WARNING);
    assertThat(result.getResult(TypedResult.SCORE))
        .isEqualTo(UnitLookup.NUMBER_UNITY.quantity(100));
    assertThat(result.getSummary()).isEqualTo("1 misuse of memory found.");
    assertThat(ResultToolkit.populateMessage(result, result.getExplanation(), false))
        .contains("Double free, at shop.Cart.close(Cart.java:40), of a block of 96 B")
        .contains("allocated at shop.Cart.open(Cart.java:12)")
        .contains("budget 'root/shop' of memory manager 'm': the block had been freed before");
  }

  @Test
  void groupsByKindAndSite() throws Exception {
    Map<String, Object> elsewhere = misuse(64);
    elsewhere.put("detectionSite", "shop.Other.close(Other.java:1)");
    IResult result =
        evaluate(
            recording ->
                recording
                    .event(EventType.MISUSE, 9, "m", misuse(4096))
                    .event(EventType.MISUSE, 3, "m", misuse(96))
                    .event(EventType.MISUSE, 5, "other", misuse(128))
                    .event(EventType.MISUSE, 4, "m", elsewhere));

    assertThat(result.getResult(MisuseRule.MISUSES)).hasSize(2);
    MisuseGroup group = result.getResult(MisuseRule.MISUSES).iterator().next();
    assertThat(group.count()).isEqualTo(3);
    assertThat(group.smallestBlock()).isEqualTo(96);
    assertThat(group.largestBlock()).isEqualTo(4096);
    assertThat(group.accounts())
        .containsExactly(
            "budget 'root/shop' of memory manager 'm'",
            "budget 'root/shop' of memory manager 'other'");
    assertThat(group.freeSites()).containsExactly(RecordedSite.parse(CLOSE));
    assertThat(group.lastTime() - group.firstTime()).isEqualTo(6_000_000_000L);
    assertThat(group.displayUsing(""))
        .startsWith(
            "Double free, 3 times, at shop.Cart.close(Cart.java:40), of a block of 96 B to 4 KiB");
  }

  @Test
  void aSumOverManyBlocksIsNotShownAsOneBlock() throws Exception {
    Map<String, Object> leak =
        Map.of("kind", "LEAK", "blockSize", 1L << 20, "detail", "many blocks are live");
    IResult result = evaluate(recording -> recording.event(EventType.MISUSE, 3, "m", leak));

    MisuseGroup group = result.getResult(MisuseRule.MISUSES).iterator().next();
    assertThat(group.concernsBlocks()).isFalse();
    assertThat(group.displayUsing("")).isEqualTo("Leak, memory manager 'm': many blocks are live.");
  }

  @Test
  void lostBlocksAreAWarningToo() throws Exception {
    Map<String, Object> lost =
        Map.of(
            "budget",
            "root/shop",
            "allocationSite",
            OPEN,
            "blockSize",
            1024L,
            "weight",
            524_800L,
            "age",
            5_000_000_000L,
            "evidence",
            "unreachable");
    IResult result =
        evaluate(
            recording ->
                recording
                    .event(EventType.LEAK_SUSPECT, 3, "m", lost)
                    .event(EventType.LEAK_SUSPECT, 4, "m", lost));

    assertThat(result.getSeverity()).isEqualTo(Severity.WARNING);
    assertThat(result.getResult(MisuseRule.MISUSES)).isEmpty();
    assertThat(result.getResult(MisuseRule.LOST_BLOCKS)).hasSize(1);
    LostBlocks blocks = result.getResult(MisuseRule.LOST_BLOCKS).iterator().next();
    assertThat(blocks.observed()).isEqualTo(2);
    assertThat(blocks.observedBytes()).isEqualTo(2048);
    assertThat(blocks.estimatedBytes()).isEqualTo(1_049_600);
    assertThat(blocks.oldestAge()).isEqualTo(5_000_000_000L);
    assertThat(blocks.displayUsing("")).contains("1 MiB").contains("shop.Cart.open(Cart.java:12)");
  }

  @Test
  void allIsWellWhenNothingHappenedThoughItWouldHaveBeenSeen() throws Exception {
    IResult result = evaluate(recording -> recording.setting(EventType.MISUSE, true));

    assertThat(result.getSeverity()).isEqualTo(Severity.OK);
    assertThat(result.getSummary()).isEqualTo("No misuse of off-heap memory was found.");
  }

  @Test
  void disabledEventsAreNotApplicableAndSaySo() throws Exception {
    IResult result = evaluate(recording -> recording.setting(EventType.MISUSE, false));

    assertThat(result.getSeverity()).isEqualTo(Severity.NA);
    assertThat(result.getSolution()).contains("rmm.Misuse was disabled").contains("rmm.jfc");
    assertThat(result.suggestRecordingSettings())
        .singleElement()
        .satisfies(setting -> assertThat(setting.getSettingFor()).isEqualTo("rmm.Misuse"));
  }

  @Test
  void unknownEventsAreNotApplicableAndSaySo() throws Exception {
    IResult result = evaluate(recording -> recording.known(EventType.CONFIGURATION));

    assertThat(result.getSeverity()).isEqualTo(Severity.NA);
    assertThat(result.getSolution()).contains("rmm-jfr-events");
  }

  @Test
  void countedButUnrecordedMisusesAreAWarning() throws Exception {
    IResult result =
        evaluate(
            recording ->
                recording
                    .setting(EventType.MISUSE, false)
                    .event(EventType.MANAGER_STATISTICS, 1, "m", Map.of("misuses", 1L))
                    .event(EventType.MANAGER_STATISTICS, 2, "m", Map.of("misuses", 4L)));

    assertThat(result.getSeverity()).isEqualTo(Severity.WARNING);
    assertThat(ResultToolkit.populateMessage(result, result.getSummary(), false))
        .isEqualTo("4 misuses of memory were counted, but their events are missing.");
  }

  @Test
  void kindsCanBeIgnored() throws Exception {
    IItemCollection items =
        RuleTester.record(
            directory,
            recording ->
                recording
                    .setting(EventType.MISUSE, true)
                    .event(EventType.MISUSE, 3, "m", misuse(96)));
    IResult result =
        RuleTester.evaluate(
            new MisuseRule(), items, Map.of(MisuseRule.IGNORED_KINDS, "LEAK, DOUBLE_FREE"));

    assertThat(result.getSeverity()).isEqualTo(Severity.OK);
  }

  private IResult evaluate(RuleTester.Content content) throws Exception {
    return RuleTester.evaluate(new MisuseRule(), RuleTester.record(directory, content));
  }

  private static Map<String, Object> misuse(long blockSize) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("kind", "DOUBLE_FREE");
    fields.put("budget", "root/shop");
    fields.put("allocationId", 7L);
    fields.put("blockSize", blockSize);
    fields.put("detectionSite", CLOSE);
    fields.put("allocationSite", OPEN);
    fields.put("freeSite", CLOSE);
    fields.put("detail", "the block had been freed before");
    return fields;
  }
}
