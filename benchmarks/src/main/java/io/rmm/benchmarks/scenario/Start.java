package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import io.rmm.benchmarks.peer.RmmPeer;
import io.rmm.benchmarks.peer.RunningRecording;
import java.util.HashMap;
import java.util.Map;

/**
 * How long the first block takes, from the first use of a class of the peer; and what the peer
 * holds when nothing is live.
 *
 * <p>Beside RMM a recording has been started before, as by the JVM's own option: starting Flight
 * Recorder takes longer than all else and is not RMM's doing.
 */
final class Start {

  private static final int SIZE = 1024;
  private static final double NANOS_A_MILLI = 1e6;

  private Start() {}

  /** Takes no settings. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    try (RunningRecording recording = RunningRecording.asShipped()) {
      if (kind == PeerKind.RMM) {
        recording.start();
      }
      long start = System.nanoTime();
      try (Peer peer = kind == PeerKind.RMM ? RmmPeer.unrecorded() : kind.open()) {
        peer.pair(SIZE);
        Map<String, Double> result = new HashMap<>();
        result.put(Metrics.FIRST_BLOCK, (System.nanoTime() - start) / NANOS_A_MILLI);
        peer.committedBytes()
            .ifPresent(bytes -> result.put(Metrics.IDLE_COMMITTED, (double) bytes));
        return result;
      }
    }
  }
}
