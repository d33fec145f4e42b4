package io.rmm.benchmarks.jmh;

import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Two threads and 4,096 slots that they share: allocate a block of 16 B to 4 KiB, swap it into a
 * slot chosen at random, free what was there, which half of the time another thread allocated.
 */
@Threads(2)
public class CrossThread extends PeerBenchmark {

  private static final int SLOTS = 4096;
  private static final int COUNT = 1 << 16;

  private Peer allocator;
  private Blocks shared;

  /** What a thread draws from. */
  @State(Scope.Thread)
  public static class Draw {

    private int[] sizes;
    private int[] slots;
    private int next;

    /** Draws. */
    @Setup(Level.Trial)
    public void draw(ThreadParams thread) {
      sizes = Sizes.uniform(16, 4 << 10, COUNT, 10 + thread.getThreadIndex());
      slots = Sizes.indexes(SLOTS, COUNT, 20 + thread.getThreadIndex());
    }
  }

  /** Opens the peer and makes the table, which fills while warming up. */
  @Setup(Level.Trial)
  public void prepare() {
    allocator = openPeer();
    shared = allocator.blocks(SLOTS);
  }

  /** Empties the table and closes the peer. */
  @TearDown(Level.Trial)
  public void empty() {
    shared.freeAll();
    allocator.close();
  }

  /** Allocates, swaps, frees. */
  @Benchmark
  public void exchange(Draw draw) {
    int i = draw.next++ & (COUNT - 1);
    shared.exchange(draw.slots[i], draw.sizes[i], i);
  }
}
