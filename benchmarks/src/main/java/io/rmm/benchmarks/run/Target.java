package io.rmm.benchmarks.run;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** Something that the issue asks of a row, to be held against what was measured. */
@FunctionalInterface
interface Target {

  List<Verdict> judge(Outcomes outcomes);

  /** RMM's value divided by a peer's, at every point that {@code points} accepts. */
  static Target ratio(String metric, PeerKind other, double limit, Predicate<String> points) {
    return outcomes ->
        outcomes.points().stream()
            .filter(points)
            .map(
                point ->
                    new Verdict(
                        point + ": rmm / " + other.label() + suffix(metric),
                        outcomes.ratio(point, other, metric),
                        limit))
            .toList();
  }

  /** As {@link #ratio(String, PeerKind, double, Predicate)}, at all points. */
  static Target ratio(String metric, PeerKind other, double limit) {
    return ratio(metric, other, limit, _ -> true);
  }

  /** One peer's value divided by another's. */
  static Target ratio(
      String metric, PeerKind one, PeerKind other, double limit, Predicate<String> points) {
    return outcomes ->
        outcomes.points().stream()
            .filter(points)
            .map(
                point ->
                    new Verdict(
                        point + ": " + one.label() + " / " + other.label() + suffix(metric),
                        ratio(outcomes, point, one, other, metric),
                        limit))
            .toList();
  }

  private static OptionalDouble ratio(
      Outcomes outcomes, String point, PeerKind one, PeerKind other, String metric) {
    OptionalDouble ours = outcomes.median(point, one, metric);
    OptionalDouble theirs = outcomes.median(point, other, metric);
    return ours.isPresent() && theirs.isPresent()
        ? OptionalDouble.of(ours.getAsDouble() / theirs.getAsDouble())
        : OptionalDouble.empty();
  }

  /** RMM's value less a peer's. */
  static Target difference(String metric, PeerKind other, double limit, Predicate<String> points) {
    return difference(metric, PeerKind.RMM, other, limit, points);
  }

  /** One peer's value less another's. */
  static Target difference(
      String metric, PeerKind one, PeerKind other, double limit, Predicate<String> points) {
    return outcomes ->
        outcomes.points().stream()
            .filter(points)
            .map(
                point ->
                    new Verdict(
                        point + ": " + one.label() + " - " + other.label() + suffix(metric),
                        difference(outcomes, point, one, other, metric),
                        limit))
            .toList();
  }

  private static OptionalDouble difference(
      Outcomes outcomes, String point, PeerKind one, PeerKind other, String metric) {
    OptionalDouble more = outcomes.median(point, one, metric);
    OptionalDouble less = outcomes.median(point, other, metric);
    return more.isPresent() && less.isPresent()
        ? OptionalDouble.of(more.getAsDouble() - less.getAsDouble())
        : OptionalDouble.empty();
  }

  /** RMM's value by itself. */
  static Target value(String metric, double limit, Predicate<String> points) {
    return outcomes ->
        outcomes.points().stream()
            .filter(points)
            .map(
                point ->
                    new Verdict(
                        point + ": " + metric, outcomes.median(point, PeerKind.RMM, metric), limit))
            .toList();
  }

  /** RMM's place among the peers that {@code peers} accepts, the lowest value being the first. */
  static Target place(String metric, int limit, String among, Predicate<PeerKind> peers) {
    return outcomes ->
        outcomes.points().stream()
            .map(
                point ->
                    new Verdict(
                        point + ": place among " + among,
                        place(outcomes, point, metric, peers),
                        limit))
            .toList();
  }

  private static OptionalDouble place(
      Outcomes outcomes, String point, String metric, Predicate<PeerKind> peers) {
    OptionalDouble ours = outcomes.median(point, PeerKind.RMM, metric);
    if (ours.isEmpty()) {
      return ours;
    }
    double[] faster =
        outcomes.peers().stream()
            .filter(peer -> peer != PeerKind.RMM && peers.test(peer))
            .map(peer -> outcomes.median(point, peer, metric))
            .flatMapToDouble(OptionalDouble::stream)
            .filter(value -> value < ours.getAsDouble())
            .toArray();
    return OptionalDouble.of(faster.length + 1.0);
  }

  /**
   * RMM's place by the geometric mean over all points. A peer that lacks a point is left out, as it
   * cannot be compared.
   */
  static Target placeOfMean(String metric, int limit) {
    return outcomes -> {
      record Mean(PeerKind peer, double value) {}
      List<Mean> means = new ArrayList<>();
      for (PeerKind peer : outcomes.peers()) {
        geometricMean(outcomes, peer, metric).ifPresent(mean -> means.add(new Mean(peer, mean)));
      }
      means.sort(Comparator.comparingDouble(Mean::value));
      List<PeerKind> order = means.stream().map(Mean::peer).toList();
      int place = order.indexOf(PeerKind.RMM) + 1;
      return List.of(
          new Verdict(
              "place by the geometric mean of all points",
              place == 0 ? OptionalDouble.empty() : OptionalDouble.of(place),
              limit));
    };
  }

  /** Returns the geometric mean of a peer's values; empty if one is missing. */
  static OptionalDouble geometricMean(Outcomes outcomes, PeerKind peer, String metric) {
    double[] values =
        outcomes.points().stream()
            .map(point -> outcomes.median(point, peer, metric))
            .flatMapToDouble(OptionalDouble::stream)
            .toArray();
    return values.length == 0 || values.length < outcomes.points().size()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.exp(Arrays.stream(values).map(Math::log).average().orElseThrow()));
  }

  private static String suffix(String metric) {
    return metric.equals(Metrics.NANOS) ? "" : " in " + metric;
  }
}
