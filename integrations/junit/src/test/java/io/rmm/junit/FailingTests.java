package io.rmm.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Test classes that are to fail, each in its own way. */
final class FailingTests {

  private FailingTests() {}

  @CheckMemory
  static class Leaks {
    @Test
    void leaksABlock(MemoryManager manager) {
      manager.allocate(100);
    }
  }

  @CheckMemory
  static class LeaksAnArena {
    @Test
    void leavesAnArenaOpen(MemoryManager manager) {
      Arena arena = manager.openConfinedArena();
      assertThat(arena.scope().isAlive()).isTrue();
    }
  }

  @CheckMemory
  static class LeaksASegmentOfAnArena {
    @Test
    void leavesAnArenaOpen(MemoryManager manager) {
      Arena arena = manager.openSharedArena();
      assertThat(arena.allocate(1_000).byteSize()).isEqualTo(1_000);
    }
  }

  @CheckMemory
  static class SwallowsADoubleFree {
    @Test
    void closesTwice(MemoryManager manager) {
      Block block = manager.allocate(48);
      block.close();
      assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
    }
  }

  @CheckMemory
  static class FreesTwiceOftenInALoop {
    @Test
    void closesTwice(MemoryManager manager) {
      Block block = manager.allocate(48);
      block.close();
      for (int i = 0; i < 50; i++) {
        assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
      }
    }
  }

  @CheckMemory
  static class FailsAndLeaks {
    @Test
    void fails(MemoryManager manager) {
      manager.allocate(100);
      throw new IllegalArgumentException("the test's own failure");
    }
  }

  @CheckMemory
  static class ReadsOutOfBounds {
    @Test
    void reads(MemoryManager manager) {
      try (Block block = manager.allocate(24)) {
        assertThat(block.segment().get(ValueLayout.JAVA_BYTE, 24)).isZero();
      }
    }
  }

  @CheckMemory
  static class IsAbortedAndLeaks {
    @Test
    void aborts(MemoryManager manager) {
      manager.allocate(100);
      Assumptions.abort("not today");
    }
  }

  @CheckMemory(mode = SafetyMode.FAST)
  static class LeaksInModeFast {
    @Test
    void leaks(MemoryManager manager) {
      assertThat(manager.safetyMode()).isEqualTo(SafetyMode.FAST);
      manager.allocate(100);
    }
  }

  static class IsCheckedByAMethod {
    @Test
    @CheckMemory(mode = SafetyMode.STANDARD)
    void leaks(MemoryManager manager) {
      assertThat(manager.safetyMode()).isEqualTo(SafetyMode.STANDARD);
      manager.allocate(100);
    }
  }

  @CheckMemory
  static class ExpectsWhatDoesNotCome {
    @Test
    @CheckMemory(expected = {MisuseKind.DOUBLE_FREE, MisuseKind.DOUBLE_FREE})
    void byAnnotation() {}

    @Test
    void byAct(MemoryCheck check) {
      MisuseKind kind = MisuseKind.DOUBLE_FREE;
      check.expectMisuse(kind, () -> {});
    }

    @Test
    void byAnActThatThrowsSomethingElse(MemoryCheck check) {
      check.expectMisuse(
          MisuseKind.DOUBLE_FREE,
          () -> {
            throw new UnsupportedOperationException();
          });
    }

    @Test
    void byAnotherKind(MemoryCheck check) {
      try (Block block = check.manager().allocate(8)) {
        MemorySegment segment = block.segment();
        check.expectMisuse(
            MisuseKind.UNDERRUN, () -> segment.set(ValueLayout.JAVA_BYTE, 8, (byte) 1));
      }
    }
  }

  @CheckMemory
  static class WatchesALeakingManager {
    @Test
    void leavesIt(MemoryCheck check) {
      Outliving.MANAGER.allocate(300).close();
      check.watch(Outliving.MANAGER);
      check.watch(Outliving.MANAGER);
      Outliving.MANAGER.allocate(200);
      Arena arena = Outliving.MANAGER.openSharedArena();
      assertThat(arena.scope().isAlive()).isTrue();
    }
  }

  @CheckMemory
  static class WatchesAManagerThatItCloses {
    @Test
    void closesIt(MemoryCheck check) {
      try (MemoryManager other =
          check.watch(MemoryManager.builder().discoverViews(false).build())) {
        other.allocate(200);
      }
    }
  }

  @CheckMemory
  static class WritesToFreedMemoryOfAWatchedManager {
    @Test
    void writes(MemoryCheck check) {
      check.watch(Outliving.UNGUARDED);
      Outliving.writeToFreedMemory();
    }
  }

  /** Lives longer than any test. */
  static final class Outliving {

    static final MemoryManager MANAGER =
        MemoryManager.builder()
            .name("outliving")
            .discoverViews(false)
            .safetyMode(SafetyMode.PARANOID)
            .build();

    /** Where Java code can write to freed memory without being stopped. */
    static final MemoryManager UNGUARDED =
        MemoryManager.builder()
            .name("unguarded")
            .discoverViews(false)
            .safetyMode(SafetyMode.PARANOID)
            .guardBudget(0)
            .build();

    private Outliving() {}

    static void writeToFreedMemory() {
      Block block = UNGUARDED.allocate(64);
      MemorySegment stale = block.segment();
      block.close();
      stale.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    }
  }

  @CheckMemory
  static class AsksInTheWrongPlace {
    @org.junit.jupiter.api.BeforeAll
    static void all(MemoryManager manager) {
      assertThat(manager).isNotNull();
    }

    @Test
    void neverRuns() {}
  }
}
