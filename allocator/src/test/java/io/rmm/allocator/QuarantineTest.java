package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of freed memory in the modes that quarantine it, and what stale views see. */
class QuarantineTest {

  private final Reports reports = new Reports();

  private MemoryManager.Builder builder(SafetyMode mode) {
    return builder(mode, reports);
  }

  static MemoryManager.Builder builder(SafetyMode mode, Reports reports) {
    return MemoryManager.builder()
        .safetyMode(mode)
        // Blocks between guard pages do not rest in their slots.
        .guardBudget(0)
        .discoverViews(false)
        .listener(reports);
  }

  static Stream<SafetyMode> quarantining() {
    return Stream.of(SafetyMode.SAFE, SafetyMode.PARANOID);
  }

  static Stream<ThreadFactory> threads() {
    return Stream.of(Thread.ofPlatform().factory(), Thread.ofVirtual().factory());
  }

  @ParameterizedTest
  @MethodSource("quarantining")
  void aFreedBlockIsNeitherUsedNorChargedAndItsSlotIsNotHandedOut(SafetyMode mode) {
    try (MemoryManager manager = builder(mode).build()) {
      Block first = manager.allocate(100);
      long address = first.address();
      first.close();
      MemorySnapshot after = manager.snapshot();
      assertThat(after.usedBytes()).isZero();
      assertThat(after.liveBlocks()).isZero();
      assertThat(after.activeBytes()).isPositive();
      for (int i = 0; i < 1000; i++) {
        try (Block next = manager.allocate(100)) {
          assertThat(next.address()).isNotEqualTo(address);
        }
      }
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
    assertThat(reports.misuses).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("quarantining")
  void aStaleViewSeesPoisonAndThenNothing(SafetyMode mode) {
    try (MemoryManager manager = builder(mode).build()) {
      Block block = manager.allocate(100);
      MemorySegment stale = block.segment().fill((byte) 1);
      MemorySegment slice = stale.asSlice(10, 20);
      var buffer = block.asByteBuffer();
      block.close();
      assertThat(stale.get(ValueLayout.JAVA_BYTE, 99)).isEqualTo(Poison.BYTE);
      manager.purge();
      for (MemorySegment view : List.of(stale, slice)) {
        assertThatIllegalStateException()
            .isThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0))
            .withMessageContaining("closed");
        assertThatIllegalStateException()
            .isThrownBy(() -> view.set(ValueLayout.JAVA_BYTE, 0, (byte) 2));
      }
      assertThatIllegalStateException().isThrownBy(() -> buffer.get(0));
      assertThat(stale.scope().isAlive()).isFalse();
    }
    assertThat(reports.misuses).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("threads")
  void aStaleViewIsRefusedInEveryThread(ThreadFactory factory) throws Exception {
    try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
      List<MemorySegment> stale = new ArrayList<>();
      Threads.together(
          factory,
          4,
          _ -> {
            Block block = manager.allocate(64);
            MemorySegment view = block.segment();
            block.close();
            synchronized (stale) {
              stale.add(view);
            }
          });
      manager.purge();
      Threads.together(
          factory,
          4,
          number ->
              assertThatIllegalStateException()
                  .isThrownBy(() -> stale.get(number).get(ValueLayout.JAVA_BYTE, 0)));
    }
  }

  @ParameterizedTest
  @MethodSource("quarantining")
  void aDoubleFreeByAddressIsFoundThroughoutTheQuarantine(SafetyMode mode) {
    try (MemoryManager manager = builder(mode).build()) {
      for (long size : new long[] {16, 100, 5_000, 100_000, 3 << 20}) {
        long address = manager.allocate(size).detach();
        manager.free(address);
        for (int i = 0; i < 100; i++) {
          manager.free(manager.allocate(100).detach());
          assertThatExceptionOfType(MemoryMisuseException.class)
              .isThrownBy(() -> manager.free(address))
              .satisfies(e -> assertThat(e.report().kind()).isEqualTo(MisuseKind.DOUBLE_FREE));
        }
      }
    }
  }

  @Test
  void sharedAndDetachedBlocksRestToo() {
    try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
      Block shared = manager.allocate(100);
      Block other = shared.share();
      MemorySegment first = shared.segment();
      shared.close();
      assertThat(other.segment().get(ValueLayout.JAVA_BYTE, 0)).isNotEqualTo(Poison.BYTE);
      other.close();
      Block detached = manager.allocate(100);
      MemorySegment second = detached.segment();
      manager.free(detached.detach());
      for (MemorySegment stale : List.of(first, second)) {
        assertThat(stale.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo(Poison.BYTE);
      }
      manager.purge();
      for (MemorySegment stale : List.of(first, second)) {
        assertThatIllegalStateException().isThrownBy(() -> stale.get(ValueLayout.JAVA_BYTE, 0));
      }
    }
  }

  @Test
  void noViewEverSeesAnotherBlockWhileMemoryIsPurgedUnderLoad() throws Exception {
    try (MemoryManager manager = builder(SafetyMode.SAFE).quarantine(64 << 10).build()) {
      AtomicInteger working = new AtomicInteger(3);
      Threads.together(
          4,
          number -> {
            if (number == 3) {
              while (working.get() > 0) {
                manager.purge();
              }
              return;
            }
            try {
              for (int i = 1; i <= 20_000; i++) {
                long own = (long) number << 32 | i;
                Block block = manager.allocate(48);
                MemorySegment view = block.segment();
                view.set(ValueLayout.JAVA_LONG, 0, own);
                assertThat(view.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(own);
                block.close();
                try {
                  assertThat(view.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0x5a5a5a5a5a5a5a5aL);
                } catch (IllegalStateException e) {
                  assertThat(e).hasMessageContaining("closed");
                }
              }
            } finally {
              working.decrementAndGet();
            }
          });
      assertThat(manager.snapshot().misuses()).isZero();
    }
  }

  @Test
  void aBlockThatIsFreedWhileNativeCodeUsesItRestsUntilThatEnds() throws Throwable {
    try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
      SortInC inC = new SortInC();
      MethodHandle qsort = inC.qsort();
      Block block = manager.allocate(8);
      inC.whileAcquired =
          () -> {
            if (inC.calls == 1) {
              block.close();
              manager.purge();
              assertThat(manager.snapshot().activeBytes()).isPositive();
            }
          };
      inC.sort(qsort, block.segment());
      assertThat(inC.failure).isNull();
      assertThat(inC.calls).isPositive();
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }

  @OnBothSources
  void withoutNativeAccessFreedMemoryRestsButViewsHaveNoScopeOfTheirOwn(String source) {
    try (MemoryManager manager = builder(SafetyMode.SAFE).pageSource(source).build()) {
      Block block = manager.allocate(100);
      MemorySegment stale = block.segment();
      block.close();
      assertThat(stale.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo(Poison.BYTE);
      stale.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      manager.purge();
      assertThat(reports.misuses).extracting(MisuseReport::offset).containsExactly(0L);
    }
  }
}
