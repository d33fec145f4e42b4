package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks that are freed by another thread than the one whose page they stand in. */
class RemoteFreeTest {

  private static MemoryManager manager() {
    return MemoryManager.builder().pageSource("linux").discoverViews(false).build();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPipelineOfProducersAndConsumersNeedsNoMoreThanItHolds(boolean virtual) throws Exception {
    ThreadFactory factory =
        virtual ? Thread.ofVirtual().factory() : Thread.ofPlatform().daemon().factory();
    try (MemoryManager manager = manager()) {
      BlockingQueue<Block> queue = new ArrayBlockingQueue<>(100);
      int producers = 3;
      int blocks = 30_000;
      Threads.together(
          factory,
          2 * producers,
          number -> {
            if (number < producers) {
              for (int i = 0; i < blocks; i++) {
                Block block = manager.allocate(16 + i % 1_000);
                block.segment().set(ValueLayout.JAVA_LONG, 0, block.id());
                queue.put(block);
              }
            } else {
              for (int i = 0; i < blocks; i++) {
                Block block = queue.take();
                assertThat(block.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(block.id());
                block.close();
              }
            }
          });
      MemorySnapshot end = manager.snapshot();
      Invariants.check(end);
      assertThat(end.liveBlocks()).isZero();
      if (!virtual) {
        // Virtual threads free by the owning stripe where nobody holds it.
        assertThat(end.remoteFrees()).isPositive();
      }
      // Never more than some 200 live blocks of up to 1 KiB. Were remotely freed slots lost, this
      // would have needed 45 MiB.
      assertThat(end.reservedBytes()).isLessThan(32 << 20);
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }

  /** What others free in a full page of mine serves my next allocations. */
  @Test
  void slotsFreedByOthersAreReused() throws Exception {
    try (MemoryManager manager = manager()) {
      List<Block> blocks = new ArrayList<>();
      for (int i = 0; i < 20_000; i++) {
        blocks.add(manager.allocate(64));
      }
      long reserved = manager.snapshot().reservedBytes();
      for (int round = 0; round < 10; round++) {
        Threads.inAnother(_ -> blocks.forEach(Block::close));
        blocks.clear();
        for (int i = 0; i < 20_000; i++) {
          blocks.add(manager.allocate(64));
        }
      }
      assertThat(manager.snapshot().reservedBytes()).isEqualTo(reserved);
      assertThat(blocks.stream().mapToLong(Block::address).distinct().count()).isEqualTo(20_000);
      blocks.forEach(Block::close);
    }
  }

  /** The owner takes slots while others give them back, at one and the same page. */
  @Test
  void noSlotIsLostOrGivenTwiceAtOnePage() throws Exception {
    try (MemoryManager manager = manager()) {
      BlockingQueue<Block> queue = new ArrayBlockingQueue<>(64);
      AtomicBoolean done = new AtomicBoolean();
      Threads.together(
          3,
          number -> {
            if (number == 0) {
              for (int i = 0; i < 100_000; i++) {
                // Few large slots a page, so that pages are full and relisted all the time.
                Block block = manager.allocate(30_000);
                block.segment().set(ValueLayout.JAVA_LONG, 0, block.id());
                queue.put(block);
              }
              done.set(true);
              return;
            }
            while (!done.get() || !queue.isEmpty()) {
              Block block = queue.poll();
              if (block != null) {
                assertThat(block.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(block.id());
                block.close();
              }
            }
          });
      assertThat(manager.snapshot().liveBlocks()).isZero();
      assertThat(manager.snapshot().reservedBytes()).isLessThan(32 << 20);
      manager.purge();
      assertThat(manager.snapshot().committedBytes()).isZero();
    }
  }
}
