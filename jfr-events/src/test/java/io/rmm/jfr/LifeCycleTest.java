package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jdk.jfr.FlightRecorder;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Managers and recordings begin and end in any order. */
class LifeCycleTest {

  @Test
  void aRecordingThatStartsAfterTheManagerHoldsIt() throws Exception {
    try (MemoryManager manager = manager("early");
        Block live = manager.allocate(5000);
        TestRecording recording = TestRecording.startWithFrequentStatistics()) {
      manager.allocate(100).close();

      assertThat(recording.events(EventType.ALLOCATION_SAMPLE, "early")).hasSize(1);
      assertThat(configuration(recording, "early")).isEqualTo(manager.configuration().keySet());
      await()
          .untilAsserted(
              () ->
                  assertThat(recording.events(EventType.MANAGER_STATISTICS, "early"))
                      .last()
                      .matches(event -> event.getLong("liveBlocks") == 1));
      assertThat(live.isAlive()).isTrue();
    }
  }

  @Test
  void aRecordingThatStartsBeforeTheManagerHoldsItFromItsFirstToItsLastMoment() {
    try (TestRecording recording = TestRecording.start()) {
      MemoryManager manager = manager("late");
      manager.allocate(100).close();
      Block live = manager.allocate(5000);
      long committed = manager.snapshot().committedBytes();
      manager.close();

      assertThat(configuration(recording, "late")).contains("version", "safetyMode");
      List<RecordedEvent> statistics = recording.events(EventType.MANAGER_STATISTICS, "late");
      assertThat(statistics).hasSize(2);
      assertThat(statistics.getFirst().getLong("allocations")).isZero();
      assertThat(statistics.getLast().getLong("allocations")).isEqualTo(2);
      assertThat(statistics.getLast().getLong("liveBlocks")).isEqualTo(1);
      assertThat(statistics.getLast().getLong("misuses")).isPositive(); // the leak is told of first
      assertThat(statistics.getLast().getLong("committed")).isEqualTo(committed);
      assertThat(recording.events(EventType.MISUSE, "late"))
          .anyMatch(event -> event.getString("kind").equals("LEAK"));
      assertThat(recording.events(EventType.BUDGET_STATISTICS, "late")).hasSize(2);
      assertThat(live.isAlive()).isFalse();
    }
  }

  @Test
  void blocksFromBeforeTheViewIsAttachedAreRecorded() {
    try (TestRecording recording = TestRecording.start()) {
      MemoryManager manager = newManager("hasty");
      manager.allocate(100).close();
      manager.allocate(5000).close();
      manager.close();

      assertThat(recording.events(EventType.ALLOCATION_SAMPLE, "hasty"))
          .extracting(event -> event.getLong("requestedSize"))
          .containsExactlyInAnyOrder(100L, 5000L);
      assertThat(recording.events(EventType.MANAGER_STATISTICS, "hasty"))
          .last()
          .matches(event -> event.getLong("allocations") == 2);
    }
  }

  @Test
  void nothingIsRecordedOfAManagerThatIsClosed() throws Exception {
    manager("gone").close();
    try (MemoryManager present = manager("present");
        TestRecording recording = TestRecording.startWithFrequentStatistics()) {
      await()
          .until(() -> recording.events(EventType.MANAGER_STATISTICS, present.name()).size() > 2);
      assertThat(managersIn(recording)).contains("present").doesNotContain("gone");
    }
  }

  @Test
  void manyManagersAreToldApart() {
    try (TestRecording recording = TestRecording.start();
        MemoryManager one = manager("one");
        MemoryManager two = manager("two")) {
      one.allocate(100).close();
      two.allocate(200).close();
      MemoryManager three = manager("three");
      three.allocate(300).close();
      three.close();

      assertThat(recording.events(EventType.ALLOCATION_SAMPLE))
          .extracting(event -> event.getString("manager") + event.getLong("requestedSize"))
          .containsExactly("one100", "two200", "three300");
    }
  }

  @Test
  void aSecondViewOfOneManagerRecordsNothingTwice() throws Exception {
    try (TestRecording recording = TestRecording.start();
        MemoryManager manager = manager("twice")) {
      AutoCloseable second = new JfrView().attach(manager);
      manager.allocate(100).close();
      second.close();
      manager.allocate(100).close();

      assertThat(recording.events(EventType.ALLOCATION_SAMPLE, "twice")).hasSize(2);
    }
  }

  @Test
  void recordingsStartAndStopManyTimes() {
    try (MemoryManager manager = manager("often")) {
      Set<String> types = typeNames();
      for (int i = 0; i < 30; i++) {
        try (TestRecording recording = TestRecording.start()) {
          manager.allocate(100).close();
          assertThat(recording.events(EventType.ALLOCATION_SAMPLE, "often")).hasSize(1);
          assertThat(configuration(recording, "often")).isNotEmpty();
        }
        manager.allocate(100).close();
      }
      assertThat(typeNames()).isEqualTo(types);
    }
  }

  @Test
  void aStreamSeesEventsWhileTheyHappen() {
    try (RecordingStream stream = new RecordingStream();
        MemoryManager manager = manager("streamed")) {
      List<String> seen = new CopyOnWriteArrayList<>();
      stream.enable("rmm.AllocationSample").with("throttle", "off");
      stream.onEvent("rmm.AllocationSample", event -> seen.add(event.getString("budget")));
      stream.startAsync();
      manager.allocate(100).close();
      stream.stop(); // returns when all events have been handed out
      assertThat(seen).containsExactly("root");
    }
  }

  /** Flight Recorder calls the view with its locks held, and the view calls Flight Recorder. */
  @Test
  @Timeout(120)
  void managersAndRecordingsInManyThreadsDoNotWaitForEachOther() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> busy =
          IntStream.range(0, 3)
              .<Future<?>>mapToObj(
                  thread ->
                      threads.submit(
                          () -> {
                            while (!done.get()) {
                              try (MemoryManager manager = manager("thread-" + thread)) {
                                manager.allocate(64).close();
                                manager.purge();
                              }
                            }
                          }))
              .toList();
      Future<?> recorder =
          threads.submit(
              () -> {
                for (int i = 0; i < 20; i++) {
                  try (TestRecording recording = TestRecording.startWithFrequentStatistics()) {
                    await().until(() -> !recording.events(EventType.MANAGER_STATISTICS).isEmpty());
                  }
                }
              });
      try {
        recorder.get(100, TimeUnit.SECONDS);
      } finally {
        done.set(true);
      }
      for (Future<?> future : busy) {
        future.get(10, TimeUnit.SECONDS);
      }
    }
  }

  /** The periodic events are committed by another thread, which may come too late. */
  @Test
  void aSourceThatIsClosedWhileItIsAskedIsAskedAgain() throws Exception {
    try (MemoryManager manager =
        MemoryManager.builder().name("raced").discoverViews(false).build()) {
      AutoCloseable attachment = new JfrView().attach(manager);
      List<Long> allocations = new ArrayList<>();
      commitEach(
          source -> {
            allocations.add(source.snapshot().allocations());
            if (allocations.size() == 1) {
              manager.allocate(64).close();
              closeUnchecked(attachment);
            }
          });
      assertThat(allocations).containsExactly(0L, 1L);
    }
  }

  @Test
  void aSourceThatFailsDoesNotHideTheOthers() {
    try (MemoryManager bad = manager("bad");
        MemoryManager good = manager("good")) {
      List<String> asked = new ArrayList<>();
      commitEach(
          source -> {
            asked.add(source.name());
            if (source == bad) {
              throw new IllegalStateException("deliberate: shown once in the log of the tests");
            }
          });
      assertThat(asked).containsSubsequence(bad.name(), good.name());
    }
  }

  private static void commitEach(Consumer<MemorySource> commit) {
    RecordedSources.commitEach(new Signal.State(ManagerStatisticsEvent.class, commit));
  }

  private static void closeUnchecked(AutoCloseable attachment) {
    try {
      attachment.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static MemoryManager manager(String name) {
    MemoryManager manager = newManager(name);
    manager.awaitViews();
    return manager;
  }

  /** Returns a manager whose views are attached later than its first blocks, most probably. */
  private static MemoryManager newManager(String name) {
    return MemoryManager.builder().name(name).safetyMode(SafetyMode.PARANOID).build();
  }

  private static Set<String> configuration(TestRecording recording, String manager) {
    return recording.events(EventType.CONFIGURATION, manager).stream()
        .map(event -> event.getString("key"))
        .collect(Collectors.toSet());
  }

  private static Set<String> managersIn(TestRecording recording) {
    return recording.events(EventType.MANAGER_STATISTICS).stream()
        .map(event -> event.getString("manager"))
        .collect(Collectors.toSet());
  }

  private static Set<String> typeNames() {
    return FlightRecorder.getFlightRecorder().getEventTypes().stream()
        .map(jdk.jfr.EventType::getName)
        .collect(Collectors.toSet());
  }
}
