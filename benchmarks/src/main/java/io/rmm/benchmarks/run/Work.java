package io.rmm.benchmarks.run;

import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;

/** One run of one peer: what a cell of a table is made of. */
interface Work {

  /** Returns the column of the table, for example {@code 64 B}. */
  String point();

  /** Returns the row of the table. */
  PeerKind peer();

  /**
   * Runs it in a JVM of its own and returns what it measured, by name.
   *
   * @throws WorkFailedException if it could not run to its end
   */
  Map<String, Double> run(Workplace workplace) throws WorkFailedException, InterruptedException;
}
