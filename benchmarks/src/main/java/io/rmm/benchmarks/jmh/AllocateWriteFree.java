package io.rmm.benchmarks.jmh;

import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Allocate, write 8 bytes, free: nanoseconds for the pair, one thread. */
public class AllocateWriteFree extends PeerBenchmark {

  /** Bytes of a block. */
  @Param({"64", "1024", "16384", "262144", "1048576"})
  public int size;

  private Peer allocator;
  private Blocks blocks;

  /** Opens the peer, and makes the place that handles escape to. */
  @Setup(Level.Trial)
  public void open() {
    allocator = openPeer();
    blocks = allocator.blocks(1);
  }

  /** Closes the peer. */
  @TearDown(Level.Trial)
  public void close() {
    allocator.close();
  }

  /** The handle does not escape. */
  @Benchmark
  public long pair() {
    return allocator.pair(size);
  }

  /** The handle is stored in an array on the Java heap, and read from there. */
  @Benchmark
  public void escaping() {
    blocks.allocate(0, size);
    blocks.putLong(0, 0, 42);
    blocks.free(0);
  }
}
