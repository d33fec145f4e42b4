package io.rmm.jfr;

import static io.rmm.jfr.TestRecording.fieldValues;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.signal.EventType;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

/** What a manager's snapshot and its exporters tell stands in a recording, field by field. */
class StatisticsRoundTripTest extends RoundTrip {

  @Test
  void managerStatistics() {
    assertThatThrownBy(() -> tenant.allocate(32 * MIB))
        .isInstanceOf(AllocationRejectedException.class);
    Block freed = tenant.allocate(70_000);
    freed.close();
    assertThatThrownBy(freed::close).isInstanceOf(MemoryMisuseException.class);
    try (Block live = tenant.allocate(3000)) {
      MemorySnapshot snapshot = manager.snapshot();
      AutoCloseable second = new JfrView().attach(manager); // has no effect: attached already
      assertThat(second).isNotNull();
      assertThat(live.isAlive()).isTrue();
      Map<String, Object> expected = new HashMap<>();
      expected.put("manager", "orders");
      expected.put("requested", snapshot.requestedBytes());
      expected.put("used", snapshot.usedBytes());
      expected.put("active", snapshot.activeBytes());
      expected.put("committed", snapshot.committedBytes());
      expected.put("reserved", snapshot.reservedBytes());
      expected.put("peakUsed", snapshot.peakUsedBytes());
      expected.put("liveBlocks", 1L);
      expected.put("allocations", 2L);
      expected.put("frees", 1L);
      expected.put("allocated", snapshot.allocatedBytes());
      expected.put("freed", snapshot.freedBytes());
      expected.put("rejections", 1L);
      expected.put("misuses", 1L);
      expected.put("remoteFrees", 0L);
      expected.put("observedBlocks", 1L);
      try (TestRecording frequent = TestRecording.startWithFrequentStatistics()) {
        await()
            .untilAsserted(
                () ->
                    assertThat(frequent.events(EventType.MANAGER_STATISTICS, "orders"))
                        .last()
                        .extracting(event -> fieldValues(EventType.MANAGER_STATISTICS, event))
                        .isEqualTo(expected));
      }
    }
    manager.close();
  }

  @Test
  void budgetStatistics() {
    tenant.allocate(4096).close();
    Block live = manager.rootBudget().allocate(10_000);
    Map<String, MemorySnapshot.BudgetUsage> usages =
        manager.snapshot().budgets().stream()
            .collect(Collectors.toMap(MemorySnapshot.BudgetUsage::path, usage -> usage));
    manager.close();

    List<RecordedEvent> last = recording.events(EventType.BUDGET_STATISTICS, "orders");
    assertThat(last.subList(last.size() - 2, last.size()))
        .extracting(event -> fieldValues(EventType.BUDGET_STATISTICS, event))
        .containsExactly(
            budgetValues(usages.get("root"), BudgetLimits.unlimited()),
            budgetValues(usages.get("root/tenant 7"), new BudgetLimits(MIB, 2 * MIB, 16 * MIB)));
    assertThat(usages.get("root").usedBytes()).isGreaterThanOrEqualTo(10_000);
    assertThat(live.isAlive()).isFalse();
  }

  private static Map<String, Object> budgetValues(
      MemorySnapshot.BudgetUsage usage, BudgetLimits limits) {
    return Map.of(
        "manager", "orders",
        "budget", usage.path(),
        "used", usage.usedBytes(),
        "peak", usage.peakBytes(),
        "soft", limits.soft(),
        "hard", limits.hard(),
        "minimum", limits.minimum(),
        "rejections", 0L);
  }

  @Test
  void sizeClassAndThreadHeapStatistics() {
    tenant.allocate(4096).close();
    try (Block live = manager.rootBudget().allocate(10_000);
        TestRecording frequent = TestRecording.startWithFrequentStatistics()) {
      await()
          .untilAsserted(
              () -> {
                // Anew each time: the clock gives pages back meanwhile.
                MemorySnapshot snapshot = manager.snapshot();
                assertThat(snapshot.sizeClasses()).hasSizeGreaterThanOrEqualTo(2);
                assertThat(values(frequent, EventType.SIZE_CLASS_STATISTICS))
                    .containsAll(sizeClasses(snapshot));
                assertThat(values(frequent, EventType.THREAD_HEAP_STATISTICS))
                    .contains(threadHeaps(snapshot));
              });
      assertThat(live.isAlive()).isTrue();
    }
    manager.close();
  }

  private static List<Map<String, Object>> sizeClasses(MemorySnapshot snapshot) {
    return snapshot.sizeClasses().stream()
        .map(
            usage ->
                Map.<String, Object>of(
                    "manager", "orders",
                    "sizeClass", usage.slotBytes(),
                    "live", usage.liveBlocks(),
                    "allocations", usage.allocations(),
                    "frees", usage.frees(),
                    "slowPaths", usage.slowPaths(),
                    "wasted", usage.wastedBytes()))
        .toList();
  }

  private static Map<String, Object> threadHeaps(MemorySnapshot snapshot) {
    return Map.of(
        "manager", "orders",
        "threadHeaps", snapshot.threadHeaps(),
        "stripes", snapshot.stripes(),
        "cached", snapshot.cachedBytes(),
        "contended", snapshot.contendedHolds());
  }

  private static List<Map<String, Object>> values(TestRecording recording, EventType type) {
    return recording.events(type, "orders").stream()
        .map(event -> fieldValues(type, event))
        .toList();
  }

  @Test
  void exporterStatistics() {
    manager.addExporter(
        () ->
            new ExporterStatistics("opentelemetry", 70, 5, 2, 3, 1_500_000, "no route to c.test"));
    manager.addExporter(() -> new ExporterStatistics("other", 1, 0, 0, 0, 0, ""));
    manager.close();

    List<RecordedEvent> last = recording.events(EventType.EXPORTER_STATISTICS, "orders");
    assertThat(last.subList(last.size() - 2, last.size()))
        .extracting(event -> fieldValues(EventType.EXPORTER_STATISTICS, event))
        .containsExactly(
            exporterValues("opentelemetry", 70, 5, 2, 3, 1_500_000),
            exporterValues("other", 1, 0, 0, 0, 0));
    assertThat(last.getLast().getDuration("lag")).isZero();
    assertThat(last.get(last.size() - 2).getDuration("lag")).isEqualTo(Duration.ofNanos(1_500_000));
    assertThat(last).asString().doesNotContain("c.test");
  }

  private static Map<String, Object> exporterValues(
      String name, long sent, long dropped, long failed, long queued, long lag) {
    return Map.of(
        "manager", "orders",
        "exporter", name,
        "sent", sent,
        "dropped", dropped,
        "failed", failed,
        "queued", queued,
        "lag", lag);
  }

  @Test
  void anExporterThatFailsHidesNoOther() {
    manager.addExporter(
        () -> {
          throw new IllegalStateException("deliberate");
        });
    manager.addExporter(() -> new ExporterStatistics("good", 1, 0, 0, 0, 0, ""));
    manager.close();

    assertThat(recording.events(EventType.EXPORTER_STATISTICS, "orders"))
        .isNotEmpty()
        .extracting(event -> event.getString("exporter"))
        .containsOnly("good");
  }

  /** Its last event tells all that it has done, and none comes after that. */
  @Test
  void anExporterThatEndsBeforeItsManagerHasALastEvent() {
    AtomicLong sent = new AtomicLong();
    Supplier<ExporterStatistics> exporter =
        () -> new ExporterStatistics("opentelemetry", sent.get(), 0, 0, 0, 0, "");
    manager.awaitViews();
    try (TestRecording frequent = TestRecording.startWithFrequentStatistics()) {
      manager.addExporter(exporter);
      await()
          .untilAsserted(
              () ->
                  assertThat(frequent.events(EventType.EXPORTER_STATISTICS, "orders"))
                      .isNotEmpty());
      sent.set(70);
      manager.removeExporter(exporter);
      assertThat(frequent.events(EventType.EXPORTER_STATISTICS, "orders"))
          .last()
          .extracting(event -> fieldValues(EventType.EXPORTER_STATISTICS, event))
          .isEqualTo(exporterValues("opentelemetry", 70, 0, 0, 0, 0));
    }
    manager.close();
    assertThat(recording.events(EventType.EXPORTER_STATISTICS, "orders"))
        .last()
        .extracting(event -> event.getLong("sent"))
        .isEqualTo(70L);
  }
}
