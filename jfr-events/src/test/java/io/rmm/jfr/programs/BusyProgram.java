package io.rmm.jfr.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * Uses memory until its input ends, and then says whether the manager's counters are right; knows
 * nothing of Flight Recorder.
 */
public final class BusyProgram {

  /** A pause that leaves the processor to others, and gives 1,000 rounds a second. */
  private static final long PAUSE_NANOS = 1_000_000;

  private BusyProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws IOException {
    try (MemoryManager manager = MemoryManager.builder().name("busy").build()) {
      manager.awaitViews();
      System.out.println("ready");
      try (Block live = manager.allocate(4096)) {
        while (System.in.available() == 0) {
          use(manager);
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        MemorySnapshot snapshot = manager.snapshot();
        System.out.println(
            "right="
                + (snapshot.liveBlocks() == 1
                    && snapshot.allocatedBytes() - snapshot.freedBytes() == snapshot.usedBytes()
                    && live.isAlive()));
      }
    }
  }

  private static void use(MemoryManager manager) {
    Block block = manager.allocate(64 << 10);
    block.close();
    try {
      block.close();
    } catch (MemoryMisuseException expected) {
      manager.allocate(100).close();
    }
  }
}
