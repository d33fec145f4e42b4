package io.rmm.demo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ValueTest {

  private final MemoryManager manager =
      MemoryManager.builder().name("values").discoverViews(false).build();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void theLastHolderFreesTheBlock() {
    Block block = manager.allocate(100);
    Value value = new Value(block);
    assertThat(value.tryHold()).isTrue();
    assertThat(value.release()).isFalse();
    assertThat(block.isAlive()).isTrue();
    assertThat(value.release()).isTrue();
    assertThat(block.isAlive()).isFalse();
    assertThat(value.tryHold()).isFalse();
  }

  @Test
  void whoHoldsAValueReadsItWholeHoweverTheOwnersReleaseIsTimed() throws Exception {
    int rounds = 20_000;
    int readers = 2;
    CyclicBarrier together = new CyclicBarrier(readers + 1);
    Value[] current = new Value[1];
    AtomicInteger wrong = new AtomicInteger();
    Runnable reader =
        () -> {
          for (int i = 0; i < rounds; i++) {
            await(together);
            Value value = current[0];
            if (value.tryHold()) {
              if (value.bytes().getInt(0) != i) {
                wrong.incrementAndGet();
              }
              value.release();
            }
            await(together);
          }
        };
    Thread[] threads = {Thread.ofPlatform().start(reader), Thread.ofPlatform().start(reader)};
    for (int i = 0; i < rounds; i++) {
      Block block = manager.allocate(16);
      block.asByteBuffer().putInt(0, i);
      current[0] = new Value(block);
      await(together);
      current[0].release();
      await(together);
      assertThat(block.isAlive()).isFalse();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).hasValue(0);
    assertThat(manager.snapshot().liveBlocks()).isZero();
    assertThat(manager.snapshot().misuses()).isZero();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
