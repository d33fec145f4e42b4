package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.SizeClasses;
import io.rmm.allocator.source.LinuxSystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written to freed memory while it rests is found, whoever wrote it, and reported. */
class StaleWriteTest {

  private final Reports reports = new Reports();

  private MemoryManager.Builder builder(SafetyMode mode) {
    return QuarantineTest.builder(mode, reports);
  }

  @ParameterizedTest
  @MethodSource("io.rmm.allocator.QuarantineTest#threads")
  void aStaleWriteIsFoundWhoeverMadeIt(ThreadFactory factory) throws Exception {
    try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
      Block block = manager.rootBudget().child("shop", BudgetLimits.unlimited()).allocate(100);
      MemorySegment stale = block.segment();
      long id = block.id();
      block.close();
      Threads.together(factory, 1, _ -> stale.asSlice(40, 3).fill((byte) 7));
      stale.set(ValueLayout.JAVA_BYTE, 50, (byte) 7);
      manager.purge();
      MisuseReport report = reports.onlyMisuse();
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
      reports.misuses.clear();
      try (MemoryManager manager = builder(SafetyMode.SAFE).build()) {
        Block block = manager.allocate(size);
        long address = block.address();
        block.close();
        LinuxSystemCalls.PROCESS.set(
            ValueLayout.JAVA_BYTE, address + offset, (byte) (Poison.BYTE ^ 1 << offset % 8));
        manager.purge();
        assertThat(reports.misuses).extracting(MisuseReport::blockId).containsExactly(block.id());
        assertThat(reports.misuses.getFirst().offset()).isEqualTo(offset);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {40_000, 100_000, 3 << 20, 20 << 20})
  void largeMemoryIsLookedAtToo(long size) {
    for (long offset : new long[] {0, size / 2, size - 1}) {
      reports.misuses.clear();
      try (MemoryManager manager = builder(SafetyMode.PARANOID).build()) {
        Block block = manager.allocate(size);
        MemorySegment stale = block.segment().fill((byte) 1);
        block.close();
        assertThat(stale.get(ValueLayout.JAVA_BYTE, size / 3)).isEqualTo(Poison.BYTE);
        stale.set(ValueLayout.JAVA_BYTE, offset, (byte) 7);
        manager.purge();
        assertThat(reports.misuses).extracting(MisuseReport::blockId).containsExactly(block.id());
        assertThat(reports.misuses.getFirst().offset()).isEqualTo(offset);
        assertThat(manager.snapshot().committedBytes()).isZero();
      }
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
      MisuseReport report = reports.onlyMisuse();
      assertThat(report.allocationSite().top()).contains("inParanoidTheReportNamesAllSites");
      assertThat(report.freeSite().top()).contains("inParanoidTheReportNamesAllSites");
      assertThat(report.freeThread()).isEqualTo(Thread.currentThread().getName());
      assertThat(report.offset()).isEqualTo(8);
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
    assertThat(reports.misuses)
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
      assertThat(reports.misuses).isNotEmpty();
      assertThat(manager.snapshot().misusesByKind())
          .containsEntry(MisuseKind.USE_AFTER_FREE, 2L)
          .containsEntry(MisuseKind.DOUBLE_FREE, 1L);
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }
}
