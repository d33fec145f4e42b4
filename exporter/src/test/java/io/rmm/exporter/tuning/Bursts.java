package io.rmm.exporter.tuning;

import io.rmm.allocator.Block;
import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Demand that comes and goes at once, and what its manager trims after it. */
final class Bursts {

  private Bursts() {}

  static void burst(MemoryManager manager, long blockSize, long bytes) {
    List<Block> blocks = new ArrayList<>();
    for (long held = 0; held < bytes; held += blockSize) {
      blocks.add(manager.allocate(blockSize));
    }
    blocks.forEach(Block::close);
  }

  static MemoryListener trims(AtomicLong bytes) {
    return new MemoryListener() {
      @Override
      public void onChunk(ChunkEvent event) {
        if (event.cause().equals("limit")) {
          bytes.addAndGet(event.bytes());
        }
      }
    };
  }
}
