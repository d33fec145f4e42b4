package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * A recording that is to be written where there is no room goes on, and so does the program.
 *
 * <p>What happens when Flight Recorder's own repository has no room is not for us to test: the JVM
 * ends itself, see {@code docs/jfr.md}.
 */
@EnabledIf("hasFullDevice")
class FullDiskTest {

  /** The device of Linux that never has room. */
  private static final Path FULL = Path.of("/dev/full");

  static boolean hasFullDevice() {
    return Files.exists(FULL);
  }

  @Test
  void whatHappensAfterAFailedDumpIsRecorded() {
    try (TestRecording recording = TestRecording.start();
        MemoryManager manager =
            MemoryManager.builder().name("full").safetyMode(SafetyMode.PARANOID).build()) {
      manager.awaitViews();
      manager.allocate(100).close();
      assertThatIOException()
          .isThrownBy(() -> recording.dump(FULL))
          .withMessageContaining("No space left on device");
      try (Block live = manager.allocate(200)) {
        assertThat(live.isAlive()).isTrue();
        MemorySnapshot snapshot = manager.snapshot();
        assertThat(snapshot.liveBlocks()).isEqualTo(1);
        assertThat(snapshot.allocatedBytes() - snapshot.freedBytes())
            .isEqualTo(snapshot.usedBytes());
        assertThat(snapshot.droppedListeners()).isZero();
      }

      assertThat(recording.events(EventType.ALLOCATION_SAMPLE, "full"))
          .extracting(event -> event.getLong("requestedSize"))
          .containsExactly(100L, 200L);
    }
  }
}
