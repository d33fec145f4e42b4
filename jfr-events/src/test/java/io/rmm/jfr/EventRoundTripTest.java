package io.rmm.jfr;

import static io.rmm.jfr.TestRecording.fieldValues;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.AllocationRejection;
import io.rmm.allocator.AllocationSample;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.ControlAction;
import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.TuningMode;
import io.rmm.allocator.TuningOutcome;
import io.rmm.allocator.signal.EventType;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** What a manager tells its listeners, and its settings, stand in a recording, field by field. */
class EventRoundTripTest extends RoundTrip {

  @Test
  void allocationSample() {
    tenant.allocate(1000).close();
    manager.close();

    AllocationSample sample = witness.samples.getFirst();
    RecordedEvent event = only(EventType.ALLOCATION_SAMPLE);
    assertThat(fieldValues(EventType.ALLOCATION_SAMPLE, event))
        .isEqualTo(
            Map.of(
                "manager",
                "orders",
                "budget",
                "root/tenant 7",
                "requestedSize",
                1000L,
                "blockSize",
                sample.blockBytes(),
                "sizeClass",
                sample.blockBytes(),
                "weight",
                sample.weight(),
                "allocationId",
                sample.blockId(),
                "path",
                sample.fastPath() ? "fast" : "slow",
                "site",
                sample.site().toString()));
    assertThat(event.getString("site")).contains("EventRoundTripTest.allocationSample");
    assertThat(event.getStackTrace().getFrames())
        .anyMatch(frame -> frame.getMethod().getName().equals("allocationSample"));
  }

  /** So that samples can be laid beside the statistics of their size classes. */
  @Test
  void theSizeClassOfASampleIsThatOfTheStatistics() {
    tenant.allocate(1000).close();
    tenant.allocate(8 * MIB).close();
    manager.close();

    assertThat(recording.events(EventType.ALLOCATION_SAMPLE, "orders"))
        .extracting(event -> event.getLong("sizeClass"))
        .containsExactly(1024L, 0L)
        .isSubsetOf(
            recording.events(EventType.SIZE_CLASS_STATISTICS, "orders").stream()
                .map(event -> event.getLong("sizeClass"))
                .toList());
  }

  @Test
  void chunkMapAndUnmap() {
    tenant.allocate(8 * MIB).close();
    manager.purge();
    manager.close();

    assertThat(recording.events(EventType.CHUNK_MAP).stream().map(this::chunkValues).toList())
        .isNotEmpty()
        .isEqualTo(told(ChunkEvent.Kind.MAP));
    assertThat(recording.events(EventType.CHUNK_UNMAP).stream().map(this::chunkValues).toList())
        .isNotEmpty()
        .isEqualTo(told(ChunkEvent.Kind.UNMAP));
  }

  private Map<String, Object> chunkValues(RecordedEvent event) {
    return fieldValues(EventType.CHUNK_MAP, event);
  }

  /** The events of the clock that runs on after the views are closed are not recorded. */
  private List<Map<String, Object>> told(ChunkEvent.Kind kind) {
    return witness.chunks.stream()
        .filter(chunk -> chunk.kind() == kind && !chunk.cause().equals("close"))
        .map(
            chunk ->
                Map.<String, Object>of(
                    "manager", "orders",
                    "bytes", chunk.bytes(),
                    "source", chunk.source(),
                    "cause", chunk.cause(),
                    "systemTime", chunk.durationNanos()))
        .toList();
  }

  @Test
  void allocationRejected() {
    Budget component = tenant.child("component", BudgetLimits.unlimited());
    assertThatThrownBy(() -> component.allocate(32 * MIB))
        .isInstanceOf(AllocationRejectedException.class);
    manager.close();

    AllocationRejection rejection = witness.rejections.getFirst();
    RecordedEvent event = only(EventType.ALLOCATION_REJECTED);
    assertThat(fieldValues(EventType.ALLOCATION_REJECTED, event))
        .isEqualTo(
            Map.of(
                "manager",
                "orders",
                "budget",
                "root/tenant 7/component",
                "requestedSize",
                32 * MIB,
                "used",
                rejection.usedBytes(),
                "limit",
                16 * MIB,
                "rejectedBy",
                "root/tenant 7"));
    assertThat(event.getStackTrace()).isNotNull();
  }

  @Test
  void misuse() {
    Block block = tenant.allocate(100);
    block.close();
    assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
    manager.close();

    MisuseReport report = witness.misuses.getFirst();
    assertThat(report.kind()).isEqualTo(MisuseKind.DOUBLE_FREE);
    RecordedEvent event = only(EventType.MISUSE);
    Map<String, Object> expected = new HashMap<>();
    expected.put("manager", "orders");
    expected.put("budget", "root/tenant 7");
    expected.put("kind", "DOUBLE_FREE");
    expected.put("allocationId", report.blockId());
    expected.put("blockSize", 100L);
    expected.put("slotSize", report.slotSize());
    expected.put("ownerThread", Thread.currentThread().getName());
    expected.put("freeThread", Thread.currentThread().getName());
    expected.put("mode", report.mode().name());
    expected.put("confidence", "CERTAIN");
    expected.put("occurrences", 1L);
    expected.put("offset", report.offset());
    expected.put("age", report.ageNanos());
    expected.put("allocationSite", report.allocationSite().toString());
    expected.put("freeSite", report.freeSite().toString());
    expected.put("detectionSite", report.detectionSite().toString());
    expected.put("threadName", Thread.currentThread().getName());
    expected.put("detail", report.detail());
    expected.put("suppressed", 0L);
    assertThat(fieldValues(EventType.MISUSE, event)).isEqualTo(expected);
    assertThat(event.getDuration("age").toNanos()).isPositive();
    assertThat(List.of("allocationSite", "freeSite", "detectionSite"))
        .allMatch(field -> event.getString(field).contains("EventRoundTripTest.misuse"));
    assertThat(event.getStackTrace()).isNotNull();
  }

  @Test
  void leakSuspect() {
    loseBlock();
    await()
        .until(
            () -> {
              System.gc();
              return !witness.leaks.isEmpty();
            });
    manager.close();

    LeakSuspect suspect = witness.leaks.getFirst();
    RecordedEvent event = only(EventType.LEAK_SUSPECT);
    Map<String, Object> values = fieldValues(EventType.LEAK_SUSPECT, event);
    assertThat((Long) values.remove("age")) // taken anew for each listener, this one's later
        .isGreaterThanOrEqualTo(suspect.ageNanos());
    assertThat(values)
        .isEqualTo(
            Map.of(
                "manager", "orders",
                "budget", "root/tenant 7",
                "allocationId", suspect.blockId(),
                "blockSize", suspect.blockBytes(),
                "weight", suspect.weight(),
                "allocationSite", suspect.allocationSite().toString(),
                "evidence", "unreachable"));
    assertThat(event.getString("allocationSite")).contains("EventRoundTripTest.loseBlock");
  }

  private void loseBlock() {
    long id = tenant.allocate(4096).id();
    assertThat(id).isPositive();
  }

  @Test
  void tuningDecision() {
    long before = manager.knob(TuningKnob.RETAINED_BYTES);
    manager.tune(
        new TuningDecision(
            TuningKnob.RETAINED_BYTES,
            before,
            before + MIB,
            TuningDecision.Verdict.RAISED,
            "demand",
            "the last burst took 3 MiB more"));
    manager.close();

    assertThat(fieldValues(EventType.TUNING_DECISION, only(EventType.TUNING_DECISION)))
        .isEqualTo(
            Map.of(
                "manager", "orders",
                "knob", "retained_bytes",
                "oldValue", before,
                "newValue", before + MIB,
                "rule", "demand",
                "mode", "APPLY",
                "predictedCost", -1L,
                "predictedBytes", -1L,
                "verdict", "RAISED",
                "reason", "the last burst took 3 MiB more"));
  }

  @Test
  void tuningOutcome() {
    TuningDecision decision =
        new TuningDecision(
                TuningKnob.RETAINED_BYTES, 1, 2, TuningDecision.Verdict.RAISED, "remap", "waves")
            .predicting(new TuningEffect(1500, 3 * MIB));
    manager.tune(decision);
    manager.assess(
        new TuningOutcome(decision, Duration.ofSeconds(60), new TuningEffect(1200, 2 * MIB), true));
    manager.close();

    RecordedEvent decided = only(EventType.TUNING_DECISION);
    assertThat(decided.getLong("predictedCost")).isEqualTo(1500);
    assertThat(decided.getLong("predictedBytes")).isEqualTo(3 * MIB);
    RecordedEvent event = only(EventType.TUNING_OUTCOME);
    assertThat(event.getDuration("after")).isEqualTo(Duration.ofSeconds(60));
    assertThat(fieldValues(EventType.TUNING_OUTCOME, event))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("manager", "orders"),
                Map.entry("knob", "retained_bytes"),
                Map.entry("oldValue", 1L),
                Map.entry("newValue", 2L),
                Map.entry("rule", "remap"),
                Map.entry("after", 60_000_000_000L),
                Map.entry("predictedCost", 1500L),
                Map.entry("predictedBytes", 3 * MIB),
                Map.entry("measuredCost", 1200L),
                Map.entry("measuredBytes", 2 * MIB),
                Map.entry("confirmed", true)));
  }

  @Test
  void anAdviceIsToldAsSuch() {
    long before = manager.knob(TuningKnob.RETAINED_BYTES);
    manager.tune(
        new TuningDecision(
            TuningKnob.RETAINED_BYTES,
            before,
            before,
            TuningDecision.Verdict.HELD,
            "demand",
            "it would be raised",
            TuningMode.ADVISE));
    manager.close();

    RecordedEvent event = only(EventType.TUNING_DECISION);
    assertThat(event.getString("mode")).isEqualTo("ADVISE");
    assertThat(event.getString("verdict")).isEqualTo("HELD");
    assertThat(manager.knob(TuningKnob.RETAINED_BYTES)).isEqualTo(before);
  }

  @Test
  void controlAction() {
    manager.audit(
        new ControlAction("setBudgetLimits", "budget=root, hard=1024", "operator", "done"));
    manager.close();

    assertThat(fieldValues(EventType.CONTROL_ACTION, only(EventType.CONTROL_ACTION)))
        .isEqualTo(
            Map.of(
                "manager", "orders",
                "operation", "setBudgetLimits",
                "arguments", "budget=root, hard=1024",
                "principal", "operator",
                "outcome", "done"));
  }

  @Test
  void configuration() {
    manager.awaitViews();
    Map<String, String> configuration = manager.configuration();
    // Told when the view is attached, and again when a chunk begins.
    assertThat(recording.events(EventType.CONFIGURATION, "orders"))
        .extracting(event -> event.getString("key"), event -> event.getString("value"))
        .containsOnly(
            configuration.entrySet().stream()
                .map(setting -> tuple(setting.getKey(), setting.getValue()))
                .toArray(Tuple[]::new));
    manager.close();
  }
}
