package io.rmm.allocator.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.source.GuardPages;
import io.rmm.allocator.source.SystemCallException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** A log may be written by a thread that allocates, and for which the others wait. */
class GuardedMemoryLogTest {

  private static final long PATIENCE_SECONDS = 10;

  /** Pages that the operating system does not give. */
  private static final class Refused implements GuardPages {

    @Override
    public long pageSize() {
      return 4096;
    }

    @Override
    public long reserve(long bytes) {
      throw new SystemCallException("mmap", bytes, SystemCallException.ENOMEM);
    }

    @Override
    public void open(long address, long bytes) {
      throw new AssertionError("nothing is reserved");
    }

    @Override
    public void seal(long address, long bytes) {
      throw new AssertionError("nothing is reserved");
    }
  }

  /** Looks a block up in another thread, and waits for that. */
  private static final class WaitingHandler extends Handler {

    private final GuardedMemory memory;
    final AtomicInteger done = new AtomicInteger();

    WaitingHandler(GuardedMemory memory) {
      this.memory = memory;
    }

    @Override
    public void publish(LogRecord record) {
      if (record.getMessage().contains("no blocks are guarded by pages")) {
        try {
          var _ =
              CompletableFuture.supplyAsync(() -> memory.find(1) == null)
                  .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
          done.incrementAndGet();
        } catch (TimeoutException e) {
          // Seen by the count.
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void isWrittenOutsideTheLock() {
    GuardedMemory memory = GuardedMemory.of(new Refused());
    WaitingHandler handler = new WaitingHandler(memory);
    Logger logger = Logger.getLogger("io.rmm");
    logger.addHandler(handler);
    try {
      memory.prepare();
      memory.prepare();
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(handler.done).hasValue(1);
    assertThat(memory.isReady()).isFalse();
  }
}
