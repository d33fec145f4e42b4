package io.rmm.benchmarks.jmh;

import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the benchmarks have in common: one peer, chosen by the parameter {@code peer}, in a fork of
 * its own, called through a field that is not a constant; nanoseconds an operation.
 *
 * <p>The Java heap has one size for all and is touched when the JVM starts, so that resident memory
 * less the heap tells what a peer holds, and not how the collector sized the heap. It is larger
 * than 512 MiB, below which Netty's adaptive allocator goes without thread-locals; and what Netty
 * may hold, which is as much as the heap may have unless set, is set to what a larger heap would
 * give.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xms640m",
      "-Xmx640m",
      "-XX:+AlwaysPreTouch",
      "-XX:MaxDirectMemorySize=4g",
      "-Drmm.bench.heap=640",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "--add-opens=java.base/java.nio=ALL-UNNAMED", // Arrow
      "-Djmh.executor=CUSTOM",
      "-Djmh.executor.class=io.rmm.benchmarks.jmh.FastThreadExecutor"
    })
public abstract class PeerBenchmark {

  /** The label of a {@link PeerKind}. */
  @Param({
    "rmm",
    "netty-adaptive",
    "netty-pooled",
    "arrow-unsafe",
    "arrow-netty",
    "jdk-confined",
    "jdk-shared",
    "glibc",
    "glibc-critical",
    "jemalloc",
    "jemalloc-critical",
    "mimalloc",
    "mimalloc-critical"
  })
  public String peer;

  /** Opens the peer: to be called first of all, and the peer to be closed last. */
  final Peer openPeer() {
    return PeerKind.named(peer)
        .orElseThrow(() -> new IllegalArgumentException("no peer is called " + peer))
        .open();
  }
}
