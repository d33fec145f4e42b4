package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The allocation and the free of single blocks: both are recorded, or neither. */
class PairsTest {

  private final MemoryManager manager =
      MemoryManager.builder().name("pairs").safetyMode(SafetyMode.STANDARD).build();
  private final Budget tenant = manager.rootBudget().child("a", BudgetLimits.unlimited());

  PairsTest() {
    manager.awaitViews();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void everyBlockHasBothEvents() {
    try (TestRecording recording = tracing(Map.of())) {
      Set<Long> ids = new HashSet<>();
      for (int i = 0; i < 1_000; i++) {
        try (Block block = tenant.allocate(100 + i)) {
          ids.add(block.id());
        }
      }
      assertThat(ids(recording, EventType.ALLOCATION)).containsAll(ids);
      assertThat(ids(recording, EventType.FREE)).containsAll(ids);
    }
  }

  @Test
  void fieldsOfBoth() throws Exception {
    try (TestRecording recording = tracing(Map.of())) {
      Block own = tenant.allocate(1000);
      own.close();
      Block remote = tenant.allocate(2000);
      Thread.ofPlatform().start(remote::close).join();
      Block detached = tenant.allocate(3000);
      manager.free(detached.detach());
      try (Arena arena = tenant.openSharedArena()) {
        assertThat(arena.allocate(5_000_000, 16).byteSize()).isEqualTo(5_000_000);
      }

      RecordedEvent allocation = only(recording, EventType.ALLOCATION, own.id());
      assertThat(allocation.getString("budget")).isEqualTo("root/a");
      assertThat(allocation.getLong("requestedSize")).isEqualTo(1000);
      assertThat(allocation.getLong("blockSize")).isGreaterThanOrEqualTo(1000);
      assertThat(allocation.getStackTrace()).isNull();
      RecordedEvent free = only(recording, EventType.FREE, own.id());
      assertThat(free.getLong("blockSize")).isEqualTo(allocation.getLong("blockSize"));
      assertThat(free.getString("budget")).isEqualTo("root/a");
      assertThat(free.getBoolean("freedByOwner")).isTrue();
      assertThat(free.getString("cause")).isEqualTo("close");
      RecordedEvent freedRemotely = only(recording, EventType.FREE, remote.id());
      assertThat(freedRemotely.getBoolean("freedByOwner")).isFalse();
      RecordedEvent freedByAddress = only(recording, EventType.FREE, detached.id());
      assertThat(freedByAddress.getString("cause")).isEqualTo("address");
      assertThat(recording.events(EventType.FREE, "pairs"))
          .anyMatch(
              event ->
                  event.getString("cause").equals("arena")
                      && event.getLong("blockSize") >= 5_000_000);
    }
  }

  @Test
  void blocksAreChosenByIdSoThatPairsStayPairs() {
    try (TestRecording recording = tracing(Map.of("sampleRatio", "1/8"))) {
      List<Block> live = new ArrayList<>();
      for (int i = 0; i < 8_000; i++) {
        Block block = tenant.allocate(64 + i % 500);
        if (i % 2 == 0) {
          block.close();
        } else {
          live.add(block);
        }
      }
      Set<Long> allocated = ids(recording, EventType.ALLOCATION);
      Set<Long> freed = ids(recording, EventType.FREE);
      Set<Long> lost = new HashSet<>(allocated);
      lost.removeAll(freed);

      assertThat(allocated).containsAll(freed).hasSizeBetween(800, 1_200);
      assertThat(lost).hasSizeBetween(380, 620); // a half of 1,000, give or take five deviations
      assertThat(live.stream().map(Block::id).collect(Collectors.toSet())).containsAll(lost);

      live.forEach(Block::close);
      assertThat(ids(recording, EventType.FREE)).isEqualTo(ids(recording, EventType.ALLOCATION));
    }
  }

  @Test
  void minimumSizeAndBudgetsLeaveOutBothEvents() {
    Budget other = manager.rootBudget().child("b,*", BudgetLimits.unlimited());
    Map<String, String> settings = Map.of("minimumSize", "1k", "budgets", "root/b\\,\\*");
    try (TestRecording recording = tracing(settings, other)) {
      long small = allocateAndFree(other, 100);
      long large = allocateAndFree(other, 2_000);
      long elsewhere = allocateAndFree(tenant, 2_000);

      for (EventType type : List.of(EventType.ALLOCATION, EventType.FREE)) {
        assertThat(ids(recording, type)).contains(large).doesNotContain(small, elsewhere);
      }
    }
  }

  @Test
  void withoutARecordingNothingIsTraced() {
    TraceListener listener = new TraceListener("x");
    assertThat(listener.isTracing()).isFalse();
    try (TestRecording recording = TestRecording.start()) {
      assertThat(listener.isTracing()).isTrue();
      assertThat(recording.events(EventType.ALLOCATION, "none")).isEmpty();
    }
    assertThat(listener.isTracing()).isFalse();
  }

  private static long allocateAndFree(Budget budget, long size) {
    try (Block block = budget.allocate(size)) {
      return block.id();
    }
  }

  private TestRecording tracing(Map<String, String> settings) {
    return tracing(settings, tenant);
  }

  /** Returns a recording into which the manager traces already: it takes a while to find out. */
  private TestRecording tracing(Map<String, String> settings, Budget budget) {
    TestRecording recording = TestRecording.startTracing(settings);
    await()
        .until(
            () -> {
              for (int i = 0; i < 100; i++) {
                budget.allocate(2_048).close();
              }
              return !ids(recording, EventType.FREE).isEmpty();
            });
    return recording;
  }

  private static Set<Long> ids(TestRecording recording, EventType type) {
    return recording.events(type, "pairs").stream()
        .map(event -> event.getLong("allocationId"))
        .collect(Collectors.toSet());
  }

  private static RecordedEvent only(TestRecording recording, EventType type, long id) {
    List<RecordedEvent> events =
        recording.events(type, "pairs").stream()
            .filter(event -> event.getLong("allocationId") == id)
            .toList();
    assertThat(events).hasSize(1);
    return events.getFirst();
  }
}
