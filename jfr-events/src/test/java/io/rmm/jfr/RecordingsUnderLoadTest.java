package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Recordings of every setting begin and end while a program works with memory, again and again. */
class RecordingsUnderLoadTest {

  private static final int RECORDINGS = Integer.getInteger("rmm.test.recordings", 300);

  private static final int THREADS = 2;

  private static final List<Map<String, String>> SETTINGS =
      List.of(
          RecordingSettings.settings(RecordingSettings.File.PRODUCTION),
          RecordingSettings.settings(RecordingSettings.File.LEAK),
          RecordingSettings.settings(RecordingSettings.File.ONLY));

  @Test
  @Timeout(600)
  void theManagerStaysRightAndNothingGrows() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (MemoryManager manager =
            MemoryManager.builder().name("loaded").safetyMode(SafetyMode.STANDARD).build();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      manager.awaitViews();
      List<Future<Long>> work =
          IntStream.range(0, THREADS)
              .mapToObj(thread -> threads.submit(() -> use(manager, done)))
              .toList();
      try {
        startAndStop(1); // what the first recording makes stays for good
        Set<String> typesBefore = types();
        int recordingsBefore = FlightRecorder.getFlightRecorder().getRecordings().size();

        startAndStop(RECORDINGS);

        assertThat(types()).isEqualTo(typesBefore);
        assertThat(FlightRecorder.getFlightRecorder().getRecordings()).hasSize(recordingsBefore);
      } finally {
        done.set(true);
      }
      long rounds = 0;
      for (Future<Long> each : work) {
        rounds += each.get(10, TimeUnit.SECONDS);
      }

      MemorySnapshot snapshot = manager.snapshot();
      assertThat(snapshot.allocations()).isEqualTo(rounds);
      assertThat(snapshot.liveBlocks()).isZero();
      assertThat(snapshot.allocatedBytes() - snapshot.freedBytes()).isZero();
      assertThat(snapshot.usedBytes()).isZero();
      assertThat(snapshot.droppedListeners()).isZero();
      assertThat(snapshot.misuses()).isZero();
      lastRecordingHoldsWhatHappens(manager);
    }
  }

  private static long use(MemoryManager manager, AtomicBoolean done) {
    long rounds = 0;
    while (!done.get()) {
      try (Block block = manager.allocate(64 + rounds % 100_000)) {
        block.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      }
      rounds++;
    }
    return rounds;
  }

  private static void startAndStop(int times) {
    for (int i = 0; i < times; i++) {
      try (Recording recording = new Recording(SETTINGS.get(i % SETTINGS.size()))) {
        recording.start();
        recording.stop();
      }
    }
  }

  private static void lastRecordingHoldsWhatHappens(MemoryManager manager) {
    try (TestRecording recording = TestRecording.start()) {
      // No sample: after so much load the sampler takes a while to observe often again.
      Block block = manager.allocate(100);
      block.close();
      assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
      assertThat(recording.events(EventType.MISUSE, "loaded")).hasSize(1);
    }
  }

  private static Set<String> types() {
    return FlightRecorder.getFlightRecorder().getEventTypes().stream()
        .map(jdk.jfr.EventType::getName)
        .collect(Collectors.toSet());
  }
}
