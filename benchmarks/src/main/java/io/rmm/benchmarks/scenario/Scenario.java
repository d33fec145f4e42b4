package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;

/** A program that measures one peer in a JVM of its own. */
@FunctionalInterface
interface Scenario {

  /** Runs, and returns what was measured by the names of {@link io.rmm.benchmarks.Metrics}. */
  Map<String, Double> run(PeerKind kind, Settings settings) throws Exception;
}
