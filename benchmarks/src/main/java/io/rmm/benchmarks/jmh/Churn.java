package io.rmm.benchmarks.jmh;

import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One of many live blocks, chosen at random, is replaced by a new one of another size, from 16 B to
 * 64 KiB, each doubling being equally likely; 8 bytes are written. One thread.
 */
public class Churn extends PeerBenchmark {

  private static final int COUNT = 1 << 16;

  private final int[] sizes = Sizes.logUniform(16, 64 << 10, COUNT, 1);

  /** Blocks that are alive at a time. */
  @Param({"128", "1024", "4096"})
  public int live;

  private Peer allocator;
  private int[] slots;
  private Blocks blocks;
  private int next;

  /** Opens the peer and fills the table. */
  @Setup(Level.Trial)
  public void fill() {
    allocator = openPeer();
    slots = Sizes.indexes(live, COUNT, 2);
    blocks = allocator.blocks(live);
    for (int slot = 0; slot < live; slot++) {
      blocks.allocate(slot, sizes[slot]);
    }
  }

  /** Empties the table and closes the peer. */
  @TearDown(Level.Trial)
  public void empty() {
    blocks.freeAll();
    allocator.close();
  }

  /** Replaces a block. */
  @Benchmark
  public void replace() {
    int i = next++ & (COUNT - 1);
    int slot = slots[i];
    blocks.free(slot);
    blocks.allocate(slot, sizes[i]);
    blocks.putLong(slot, 0, i);
  }

  /** Replaces a block, and fills it, as programs do: so that its last bytes are in the cache. */
  @Benchmark
  public void replaceAndFill() {
    int i = next++ & (COUNT - 1);
    int slot = slots[i];
    blocks.free(slot);
    blocks.allocate(slot, sizes[i]);
    blocks.fill(slot, sizes[i], (byte) i);
  }
}
