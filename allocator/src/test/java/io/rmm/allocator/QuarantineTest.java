package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.source.LinuxSystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of freed memory in the modes that quarantine it. */
class QuarantineTest {

  private final List<MisuseReport> reports = new CopyOnWriteArrayList<>();

  private MemoryManager.Builder builder(SafetyMode mode) {
    return MemoryManager.builder()
        .safetyMode(mode)
        // Blocks between guard pages do not rest in their slots.
        .guardBudget(0)
        .discoverViews(false)
        .listener(
            new MemoryListener() {
              @Override
              public void onMisuse(MisuseReport report) {
                reports.add(report);
              }
            });
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
    assertThat(reports).isEmpty();
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
    assertThat(reports).isEmpty();
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
  @MethodSource("threads")
  void aStaleWriteIsFoundWhoeverMadeIt(ThreadFactory factory) throws Exception {
    try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
      Block block = manager.rootBudget().child("shop", BudgetLimits.unlimited()).allocate(100);
      MemorySegment stale = block.segment();
      long id = block.id();
      block.close();
      Threads.together(factory, 1, _ -> stale.asSlice(40, 3).fill((byte) 7));
      stale.set(ValueLayout.JAVA_BYTE, 50, (byte) 7);
      manager.purge();
      assertThat(reports).hasSize(1);
      MisuseReport report = reports.getFirst();
      assertThat(report.kind()).isEqualTo(MisuseKind.USE_AFTER_FREE);
      assertThat(report.blockId()).isEqualTo(id);
      assertThat(report.blockSize()).isEqualTo(100);
      assertThat(report.slotSize()).isEqualTo(112);
      assertThat(report.offset()).isEqualTo(40);
      assertThat(report.budget()).endsWith("/shop");
      assertThat(report.mode()).isEqualTo(SafetyMode.SAFE);
      assertThat(report.confidence()).isEqualTo(MisuseConfidence.LIKELY);
      assertThat(report.detail()).contains("4 bytes from offset 40 on, !!!.......!");
      assertThat(manager.snapshot().misuses()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 17, 100, 1_000})
  void everyByteIsLookedAt(int size) {
    // The rest of the slot is the canary at its end.
    int filled = SizeClasses.slotBytes(SizeClasses.of(size, 1)) - Long.BYTES;
    for (int offset = 0; offset < filled; offset++) {
      reports.clear();
      try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
        Block block = manager.allocate(size);
        long address = block.address();
        block.close();
        LinuxSystemCalls.PROCESS.set(
            ValueLayout.JAVA_BYTE, address + offset, (byte) (Poison.BYTE ^ 1 << offset % 8));
        manager.purge();
        assertThat(reports).extracting(MisuseReport::blockId).containsExactly(block.id());
        assertThat(reports.getFirst().offset()).isEqualTo(offset);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {40_000, 100_000, 3 << 20, 20 << 20})
  void largeMemoryIsLookedAtToo(long size) {
    for (long offset : new long[] {0, size / 2, size - 1}) {
      reports.clear();
      try (MemoryManager manager = builder(SafetyMode.PARANOID).build()) {
        Block block = manager.allocate(size);
        MemorySegment stale = block.segment().fill((byte) 1);
        block.close();
        assertThat(stale.get(ValueLayout.JAVA_BYTE, size / 3)).isEqualTo(Poison.BYTE);
        stale.set(ValueLayout.JAVA_BYTE, offset, (byte) 7);
        manager.purge();
        assertThat(reports).extracting(MisuseReport::blockId).containsExactly(block.id());
        assertThat(reports.getFirst().offset()).isEqualTo(offset);
        assertThat(manager.snapshot().committedBytes()).isZero();
      }
    }
  }

  @Test
  void whatIsLargerThanTheQuarantineDoesNotRest() {
    try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
      Block block = manager.allocate(64 << 20);
      MemorySegment stale = block.segment();
      block.close();
      assertThatIllegalStateException().isThrownBy(() -> stale.get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  @Test
  void inParanoidTheReportNamesAllSites() {
    try (MemoryManager manager = builder(SafetyMode.PARANOID).build()) {
      Block block = manager.allocate(64);
      MemorySegment stale = block.segment();
      block.close();
      // Others are freed meanwhile, which must not push it out of memory.
      for (int i = 0; i < 5_000; i++) {
        manager.allocate(64).close();
      }
      stale.set(ValueLayout.JAVA_LONG, 8, 1);
      manager.purge();
      assertThat(reports).hasSize(1);
      MisuseReport report = reports.getFirst();
      assertThat(report.allocationSite().top()).contains("inParanoidTheReportNamesAllSites");
      assertThat(report.freeSite().top()).contains("inParanoidTheReportNamesAllSites");
      assertThat(report.freeThread()).isEqualTo(Thread.currentThread().getName());
      assertThat(report.offset()).isEqualTo(8);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"SAFE", "PARANOID"})
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
  void whatRestsIsBounded() {
    try (MemoryManager manager = builder(SafetyMode.SAFE).quarantine(1 << 20).build()) {
      for (int i = 0; i < 100_000; i++) {
        manager.allocate(1 + i % 3_000).close();
        if (i % 1000 == 0) {
          assertThat(manager.snapshot().committedBytes()).isLessThan(16 << 20);
        }
      }
    }
  }

  @Test
  void aLimitIsNotRefusedForWhatRests() {
    long limit = 16 << 20;
    try (MemoryManager manager =
        builder(SafetyMode.SAFE).limits(BudgetLimits.hard(limit)).build()) {
      for (int round = 0; round < 20; round++) {
        List<Block> blocks = new ArrayList<>();
        // Of another size in each round, so that no page of the last one serves.
        long size = 8_000 + round * 2_000L;
        for (long bytes = 0; bytes < 12 << 20; bytes += size + size / 4) {
          blocks.add(manager.allocate(size));
        }
        blocks.forEach(Block::close);
      }
      assertThat(manager.snapshot().rejections()).isZero();
      assertThat(manager.snapshot().committedBytes()).isLessThanOrEqualTo(limit);
    }
  }

  @Test
  void longLivedBlocksHoldUpNoMoreThanMayBe() {
    try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
      List<Block> longLived = new ArrayList<>();
      long freed = 0;
      for (int i = 0; i < 400_000; i++) {
        Block block = manager.allocate(1_000);
        if (i % 400 == 0) {
          longLived.add(block);
        } else {
          block.close();
          freed++;
        }
      }
      MemorySnapshot snapshot = manager.snapshot();
      assertThat(freed * 1_024).isGreaterThan(300L << 20);
      // 8 MiB that wait for their end, and as much that is held up.
      assertThat(snapshot.activeBytes() - snapshot.usedBytes()).isLessThan(18 << 20);
      longLived.forEach(Block::close);
    }
  }

  @Test
  void aManagerIsClosedWithAFullQuarantineAndLooksThroughIt() {
    MemoryManager manager = builder(SafetyMode.SAFE).build();
    for (int i = 0; i < 20_000; i++) {
      manager.allocate(200).close();
    }
    Block live = manager.allocate(200);
    Block freed = manager.allocate(200);
    MemorySegment stale = freed.segment();
    freed.close();
    stale.set(ValueLayout.JAVA_BYTE, 3, (byte) 0);
    manager.close();
    assertThat(reports)
        .extracting(MisuseReport::kind)
        .contains(MisuseKind.USE_AFTER_FREE, MisuseKind.LEAK);
    assertThat(live.isAlive()).isFalse();
  }

  @Test
  void fourThreadsThatMisuseOneBlockAreEachFound() throws Exception {
    try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
      for (int round = 0; round < 200; round++) {
        Block block = manager.allocate(64);
        MemorySegment stale = block.segment();
        AtomicInteger refused = new AtomicInteger();
        Threads.together(
            4,
            number -> {
              try {
                block.close();
              } catch (MemoryMisuseException e) {
                refused.incrementAndGet();
              }
              // By now it is freed, whoever did it; it rests or has rested.
              try {
                stale.set(ValueLayout.JAVA_LONG, 8L * number, number);
              } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("closed");
              }
              manager.purge();
            });
        assertThat(refused).hasValue(3);
      }
      assertThat(manager.snapshot().misusesByKind())
          .containsEntry(MisuseKind.DOUBLE_FREE, 600L)
          .containsKey(MisuseKind.USE_AFTER_FREE);
    }
  }

  @Test
  void aListenerMayMisuseMemoryItself() {
    MemoryManager[] own = new MemoryManager[1];
    MemoryListener clumsy =
        new MemoryListener() {
          @Override
          public void onMisuse(MisuseReport report) {
            Block block = own[0].allocate(64);
            MemorySegment stale = block.segment();
            block.close();
            stale.set(ValueLayout.JAVA_BYTE, 5, (byte) 1);
            own[0].purge();
            block.close();
          }
        };
    try (MemoryManager manager = builder(SafetyMode.SAFE).listener(clumsy).build()) {
      own[0] = manager;
      Block block = manager.allocate(64);
      MemorySegment stale = block.segment();
      block.close();
      stale.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      manager.purge();
      assertThat(reports).isNotEmpty();
      assertThat(manager.snapshot().misusesByKind())
          .containsEntry(MisuseKind.USE_AFTER_FREE, 2L)
          .containsEntry(MisuseKind.DOUBLE_FREE, 1L);
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
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
      assertThat(reports).extracting(MisuseReport::offset).containsExactly(0L);
    }
  }
}
