package io.rmm.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test classes that are to pass. */
final class PassingTests {

  private PassingTests() {}

  /** One block is opened before each test, and closed after it: by then the check has not begun. */
  @CheckMemory
  static class OfEveryForm {

    private final MemoryManager ofTheConstructor;
    private Block block;

    OfEveryForm(MemoryManager manager) {
      this.ofTheConstructor = manager;
    }

    @BeforeEach
    void open(MemoryManager manager) {
      assertThat(manager).isSameAs(ofTheConstructor);
      block = manager.allocate(100);
    }

    @AfterEach
    void close() {
      block.close();
    }

    @Test
    void plain(MemoryManager manager, MemoryCheck check) {
      assertThat(check.manager()).isSameAs(manager).isSameAs(ofTheConstructor);
      assertThat(manager.name()).isEqualTo("plain");
      try (Arena arena = manager.openDeferredArena()) {
        assertThat(arena.allocate(10).byteSize()).isEqualTo(10);
      }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 16, 4096})
    void parameterized(long size, MemoryManager manager) {
      try (Block further = manager.allocate(size)) {
        assertThat(manager.snapshot().liveBlocks()).isEqualTo(2);
        assertThat(further.byteSize()).isEqualTo(size);
      }
    }

    @Test
    void closesItsManagerByItself(MemoryManager manager) {
      block.close();
      manager.close();
      MemoryManager other = MemoryManager.builder().discoverViews(false).build();
      block = other.allocate(1);
    }

    @Nested
    class Inner {
      @Test
      @CheckMemory(mode = SafetyMode.FAST)
      void ofAMethodOfItsOwn(MemoryCheck check) {
        assertThat(check.manager().safetyMode()).isEqualTo(SafetyMode.FAST);
      }

      @Test
      void ofTheClassAround(MemoryManager manager) {
        assertThat(manager.safetyMode()).isEqualTo(SafetyMode.PARANOID);
        assertThat(manager.snapshot().liveBlocks()).isEqualTo(1);
      }
    }
  }

  @CheckMemory
  static class MisusesOnPurpose {

    @Test
    @CheckMemory(expected = MisuseKind.LEAK)
    void leaks(MemoryManager manager) {
      manager.allocate(100);
    }

    @Test
    void freesTwice(MemoryCheck check) {
      Block block = check.manager().allocate(100);
      block.close();
      for (int i = 0; i < 3; i++) {
        MisuseReport report = check.expectMisuse(MisuseKind.DOUBLE_FREE, block::close);
        assertThat(report.blockId()).isEqualTo(block.id());
        assertThat(report.freeSite().top()).contains("freesTwice");
      }
    }

    @Test
    void readsOutOfBounds(MemoryCheck check) {
      try (Block block = check.manager().allocate(24)) {
        MemorySegment segment = block.segment();
        MisuseReport report =
            check.expectMisuse(
                MisuseKind.OVERRUN, () -> segment.set(ValueLayout.JAVA_BYTE, 30, (byte) 1));
        assertThat(report.offset()).isEqualTo(30);
      }
    }
  }

  /** A cache that outlives tests is no leak of theirs. */
  @CheckMemory
  static class FillsACache {
    @Test
    void fills() {
      FailingTests.Outliving.MANAGER.allocate(1_000);
    }
  }

  /** What was done before the watch is not this test's, although it is not found before. */
  @CheckMemory
  static class FollowsAFaultyTest {
    @Test
    void watches(MemoryCheck check) {
      FailingTests.Outliving.writeToFreedMemory();
      check.watch(FailingTests.Outliving.UNGUARDED);
    }
  }

  @CheckMemory
  @Execution(ExecutionMode.CONCURRENT)
  static class InParallel {

    static final Queue<MemoryManager> MANAGERS = new ConcurrentLinkedQueue<>();

    @RepeatedTest(40)
    void aManagerEach(MemoryCheck check) {
      MemoryManager manager = check.manager();
      MANAGERS.add(manager);
      for (int i = 0; i < 200; i++) {
        manager.allocate(i).close();
      }
      Block block = manager.allocate(1);
      block.close();
      check.expectMisuse(MisuseKind.DOUBLE_FREE, block::close);
      assertThat(manager.snapshot().misuses()).isEqualTo(1);
    }
  }
}
