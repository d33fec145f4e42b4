package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Threads come and go: their heaps are passed on, and their memory comes back. */
class ThreadDeathTest {

  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager = MemoryManager.builder().pageSource("linux").discoverViews(false).build();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void shortThreadsShareFewHeaps() throws Exception {
    for (int i = 0; i < 250; i++) {
      Threads.together(8, _ -> manager.allocate(100).close());
    }
    // Eight at a time; some more, because a new thread does not look at every heap.
    assertThat(manager.snapshot().threadHeaps()).isLessThan(40);
    manager.purge();
    assertThat(manager.snapshot().committedBytes()).isZero();
  }

  @Test
  void aPoolThatErasesThreadLocalsDoesNotLeaveHeapsBehind() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      CompletableFuture.runAsync(() -> manager.allocate(100).close(), ForkJoinPool.commonPool())
          .get();
    }
    assertThat(manager.snapshot().threadHeaps()).isLessThan(20);
  }

  @Test
  void blocksOutliveTheirThread() throws Exception {
    List<Block> blocks = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      Threads.inAnother(
          _ -> {
            Block block = manager.allocate(1_000);
            block.segment().fill((byte) number);
            blocks.add(block);
            manager.allocate(1_000).close();
          });
    }
    for (int i = 0; i < 20; i++) {
      byte[] contents = blocks.get(i).segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      assertThat(contents).hasSize(1_000).containsOnly((byte) i);
      blocks.get(i).close();
    }
    assertThat(manager.snapshot().liveBlocks()).isZero();
    manager.purge();
    assertThat(manager.snapshot().committedBytes()).isZero();
  }

  @Test
  void theMemoryOfDeadThreadsGoesBackByItself() throws Exception {
    Threads.together(
        8,
        _ -> {
          for (int i = 0; i < 1_000; i++) {
            manager.allocate(10_000).close();
            manager.allocate(3_000).close();
          }
        });
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> manager.snapshot().committedBytes() == 0);
  }

  @Test
  void manyThreadsMayLiveAtOnce() throws Exception {
    List<Block> blocks = new CopyOnWriteArrayList<>();
    Threads.together(500, _ -> blocks.add(manager.allocate(100)));
    assertThat(blocks.stream().mapToLong(Block::address).distinct().count()).isEqualTo(500);
    Threads.together(
        50, number -> blocks.subList(number * 10, number * 10 + 10).forEach(Block::close));
    assertThat(manager.snapshot().liveBlocks()).isZero();
    Invariants.check(manager.snapshot());
  }
}
