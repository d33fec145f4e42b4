package io.rmm.benchmarks.run;

import io.rmm.benchmarks.peer.PeerKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the runs of one row of the issue have measured, and which of them failed. */
final class Outcomes {

  /**
   * One run.
   *
   * @param metrics what it measured; empty if it failed
   * @param failure why it failed; null if it did not
   */
  record Outcome(
      String point, PeerKind peer, Map<String, Double> metrics, @Nullable String failure) {}

  private final List<Outcome> outcomes = Collections.synchronizedList(new ArrayList<>());

  void measured(Work work, Map<String, Double> metrics) {
    outcomes.add(new Outcome(work.point(), work.peer(), metrics, null));
  }

  void failed(Work work, String reason) {
    outcomes.add(new Outcome(work.point(), work.peer(), Map.of(), reason));
  }

  List<Outcome> all() {
    synchronized (outcomes) {
      return List.copyOf(outcomes);
    }
  }

  List<Outcome> failures() {
    return all().stream().filter(outcome -> outcome.failure() != null).toList();
  }

  /** The columns, in the order in which they were run. */
  Set<String> points() {
    Set<String> points = new LinkedHashSet<>();
    all().forEach(outcome -> points.add(outcome.point()));
    return points;
  }

  /** The peers, in the order in which they were run. */
  Set<PeerKind> peers() {
    Set<PeerKind> peers = new LinkedHashSet<>();
    all().forEach(outcome -> peers.add(outcome.peer()));
    return peers;
  }

  boolean hasFailed(String point, PeerKind peer) {
    return failures().stream()
        .anyMatch(outcome -> outcome.point().equals(point) && outcome.peer() == peer);
  }

  /**
   * Returns the median over the runs of a cell; empty if there is none, or if one of them failed,
   * since the others would tell half of the truth.
   */
  OptionalDouble median(String point, PeerKind peer, String metric) {
    if (hasFailed(point, peer)) {
      return OptionalDouble.empty();
    }
    double[] values =
        all().stream()
            .filter(outcome -> outcome.point().equals(point) && outcome.peer() == peer)
            .map(outcome -> outcome.metrics().get(metric))
            .filter(value -> value != null)
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    if (values.length == 0) {
      return OptionalDouble.empty();
    }
    int middle = values.length / 2;
    return OptionalDouble.of(
        values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2);
  }

  /** Returns how many times RMM's value is {@code other}'s; empty if either is not known. */
  OptionalDouble ratio(String point, PeerKind other, String metric) {
    OptionalDouble ours = median(point, PeerKind.RMM, metric);
    OptionalDouble theirs = median(point, other, metric);
    return ours.isPresent() && theirs.isPresent() && theirs.getAsDouble() > 0
        ? OptionalDouble.of(ours.getAsDouble() / theirs.getAsDouble())
        : OptionalDouble.empty();
  }
}
