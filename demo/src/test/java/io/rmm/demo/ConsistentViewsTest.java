package io.rmm.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.EventNames;
import io.rmm.exporter.micrometer.RmmMetrics;
import io.rmm.exporter.otel.OpenTelemetryView;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;

/** At a quiet moment every view shows the very numbers that the snapshot has. */
class ConsistentViewsTest {

  private static final int THREADS = 4;
  private static final int BLOCKS_PER_THREAD = 5_000;

  @Test
  void allViewsShowTheSameNumbersWhenQuiet() throws Exception {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    SdkMeterProvider meters = SdkMeterProvider.builder().registerMetricReader(reader).build();
    Map<String, RecordedEvent> recorded = new ConcurrentHashMap<>();
    try (OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().setMeterProvider(meters).build();
        RecordingStream stream = new RecordingStream();
        MemoryManager manager =
            MemoryManager.builder().name("consistent").view(new OpenTelemetryView(sdk)).build();
        RmmMetrics binder = new RmmMetrics(manager)) {
      manager.awaitViews();
      SimpleMeterRegistry registry = new SimpleMeterRegistry();
      binder.bindTo(registry);
      stream.enable(EventNames.MANAGER_STATISTICS).withPeriod(Duration.ofMillis(100));
      stream.enable(EventNames.BUDGET_STATISTICS).withPeriod(Duration.ofMillis(100));
      stream.setReuse(false);
      stream.onEvent(EventNames.MANAGER_STATISTICS, event -> recorded.put("", event));
      stream.onEvent(
          EventNames.BUDGET_STATISTICS, event -> recorded.put(event.getString("budget"), event));
      stream.startAsync();

      Deque<Block> live = exercise(manager);

      MemorySnapshot snapshot = manager.snapshot();
      assertThat(snapshot.usedBytes()).isPositive();
      Map<String, Long> expected = totals(snapshot);
      // Beans and meters read a snapshot for some milliseconds, events come four times a second.
      await()
          .untilAsserted(
              () -> {
                assertThat(beanAttributes(expected)).isEqualTo(expected);
                assertThat(recorded).containsKeys("", "root", "root/one", "root/two");
                assertThat(fields(recorded.get(""), expected)).isEqualTo(expected);
                for (MemorySnapshot.BudgetUsage budget : snapshot.budgets()) {
                  String path = budget.path();
                  long used = budget.usedBytes();
                  assertThat(recorded.get(path).getLong("used")).isEqualTo(used);
                  assertThat(exported(reader, "rmm.memory.used", path)).isEqualTo(used);
                  assertThat(gauge(registry, "rmm.memory.used", path)).isEqualTo(used);
                  assertThat(budgetBean(path, "Used")).isEqualTo(used);
                }
              });
      live.forEach(Block::close);
    }
  }

  private static Deque<Block> exercise(MemoryManager manager) throws InterruptedException {
    Budget one = manager.rootBudget().child("one", BudgetLimits.unlimited());
    Budget two = manager.rootBudget().child("two", BudgetLimits.hard(1L << 30));
    Deque<Block> live = new ConcurrentLinkedDeque<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      Random random = new Random(t);
      threads.add(
          Thread.startVirtualThread(
              () -> allocateAndFree(random.nextBoolean() ? one : two, random, live)));
      threads.add(
          Thread.ofPlatform()
              .start(() -> allocateAndFree(random.nextBoolean() ? one : two, random, live)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return live;
  }

  /** Frees half of what it allocates, one block in eight by leaving it to another thread. */
  private static void allocateAndFree(Budget budget, Random random, Deque<Block> live) {
    for (int i = 0; i < BLOCKS_PER_THREAD; i++) {
      Block block = budget.allocate(random.nextInt(20_000));
      if (random.nextBoolean()) {
        block.close();
      } else {
        live.add(block);
      }
      Block other = i % 8 == 0 ? live.poll() : null;
      if (other != null) {
        other.close();
      }
    }
  }

  private static Map<String, Long> totals(MemorySnapshot snapshot) {
    return Map.of(
        "requested", snapshot.requestedBytes(),
        "used", snapshot.usedBytes(),
        "liveBlocks", snapshot.liveBlocks(),
        "allocations", snapshot.allocations(),
        "frees", snapshot.frees(),
        "allocated", snapshot.allocatedBytes(),
        "freed", snapshot.freedBytes());
  }

  private static Map<String, Long> fields(RecordedEvent event, Map<String, Long> names) {
    return names.keySet().stream().collect(Collectors.toMap(name -> name, event::getLong));
  }

  /** The attributes of the bean have the names of the event's fields, in upper case. */
  private static Map<String, Long> beanAttributes(Map<String, Long> fields) {
    return fields.keySet().stream()
        .collect(
            Collectors.toMap(
                name -> name,
                name ->
                    attribute(
                        "io.rmm:type=MemoryManager,manager=consistent",
                        Character.toUpperCase(name.charAt(0)) + name.substring(1))));
  }

  private static long budgetBean(String path, String attribute) {
    String name = "io.rmm:type=Budget,manager=consistent,name=" + path;
    await()
        .until(() -> ManagementFactory.getPlatformMBeanServer().isRegistered(new ObjectName(name)));
    return attribute(name, attribute);
  }

  private static long attribute(String name, String attribute) {
    try {
      return (Long)
          ManagementFactory.getPlatformMBeanServer().getAttribute(new ObjectName(name), attribute);
    } catch (Exception e) {
      throw new AssertionError(name + " " + attribute, e);
    }
  }

  private static long exported(InMemoryMetricReader reader, String metric, String budget) {
    return reader.collectAllMetrics().stream()
        .filter(data -> data.getName().equals(metric))
        .flatMap(data -> data.getLongSumData().getPoints().stream())
        .filter(point -> budget.equals(attributeOf(point)))
        .mapToLong(LongPointData::getValue)
        .sum();
  }

  private static String attributeOf(LongPointData point) {
    return String.valueOf(
        point
            .getAttributes()
            .get(io.opentelemetry.api.common.AttributeKey.stringKey(Attributes.BUDGET_NAME)));
  }

  private static long gauge(SimpleMeterRegistry registry, String name, String budget) {
    return (long) registry.get(name).tag(Attributes.BUDGET_NAME, budget).gauge().value();
  }
}
