package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ends processes, as {@link MisuseAction#HALT} asks for. */
class HaltTest {

  /** What a listener does when it hears of the misuse. */
  enum Listener {
    SPEAKS,
    THROWS,
    BLOCKS
  }

  @ParameterizedTest
  @EnumSource(Listener.class)
  void whatIsFoundLaterIsToldBeforeTheEnd(Listener listener) throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(WritesToFreedMemory.class, List.of("-Dlistener=" + listener));
    assertThat(result.exitCode()).as(result.output()).isEqualTo(134);
    assertThat(result.output())
        .contains("told USE_AFTER_FREE")
        .contains("halted for a misuse of memory: USE_AFTER_FREE")
        .doesNotContain("went on");
  }

  @ParameterizedTest
  @EnumSource(
      value = Listener.class,
      names = {"SPEAKS", "THROWS"})
  void whatACallerDoesIsToldBeforeTheEnd(Listener listener) throws Exception {
    ChildJvm.Result result = ChildJvm.run(FreesTwice.class, List.of("-Dlistener=" + listener));
    assertThat(result.exitCode()).as(result.output()).isEqualTo(134);
    assertThat(result.output())
        .contains("told DOUBLE_FREE")
        .contains("halted for a misuse of memory: DOUBLE_FREE")
        .doesNotContain("went on");
  }

  @Test
  void aProcessWithoutRoomForTheReportEndsAllTheSame() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            FreesTwiceWithAFullHeap.class,
            List.of("-Dlistener=SPEAKS", "-Xmx64m", "-XX:+UseSerialGC"));
    assertThat(result.exitCode()).as(result.output()).isEqualTo(134);
    assertThat(result.output()).doesNotContain("told").doesNotContain("went on");
  }

  @SuppressWarnings("SystemOut")
  private static MemoryManager manager(MisuseKind kind) {
    Listener way = Listener.valueOf(System.getProperty("listener"));
    MemoryListener listener =
        new MemoryListener() {
          @Override
          public void onMisuse(MisuseReport report) {
            System.out.println("told " + report.kind());
            if (way == Listener.THROWS) {
              throw new IllegalStateException("a listener's own");
            }
            while (way == Listener.BLOCKS) {
              Thread.onSpinWait();
            }
          }
        };
    return MemoryManager.builder()
        .discoverViews(false)
        .safetyMode(SafetyMode.SAFE)
        .onMisuse(kind, MisuseAction.HALT)
        .listener(listener)
        .build();
  }

  /** Has it found at the end of the rest, of which nobody is told at once. */
  static final class WritesToFreedMemory {

    private WritesToFreedMemory() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      try (MemoryManager manager = manager(MisuseKind.USE_AFTER_FREE)) {
        Block block = manager.allocate(64);
        MemorySegment stale = block.segment();
        block.close();
        stale.set(ValueLayout.JAVA_BYTE, 8, (byte) 1);
        manager.purge();
      }
      System.out.println("went on");
    }
  }

  /** Misuses a handle. */
  static final class FreesTwice {

    private FreesTwice() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      try (MemoryManager manager = manager(MisuseKind.DOUBLE_FREE)) {
        Block block = manager.allocate(64);
        block.close();
        block.close();
      }
      System.out.println("went on");
    }
  }

  /** Misuses a handle when nothing can be allocated on the Java heap. */
  static final class FreesTwiceWithAFullHeap {

    private FreesTwiceWithAFullHeap() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      // Of a manager that goes on, so that the way to the report has been gone once.
      try (MemoryManager manager = MemoryManager.builder().discoverViews(false).build()) {
        Block block = manager.allocate(64);
        block.close();
        try {
          block.close();
        } catch (MemoryMisuseException _) {
          // As it should be.
        }
      }
      try (MemoryManager manager = manager(MisuseKind.DOUBLE_FREE)) {
        Block block = manager.allocate(64);
        block.close();
        Ballast ballast = Ballast.fill();
        try {
          block.close();
        } catch (OutOfMemoryError _) {
          // What the caller would get if the process lived on.
        } finally {
          Reference.reachabilityFence(ballast);
        }
      }
      System.out.println("went on");
    }
  }
}
