package io.rmm.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class OutcomesTest {

  private final Outcomes outcomes = new Outcomes();

  private static Work work(String point, PeerKind peer) {
    return new ScenarioWork(point, peer, "none", Map.of());
  }

  private void measured(String point, PeerKind peer, double nanos) {
    outcomes.measured(work(point, peer), Map.of(Metrics.NANOS, nanos));
  }

  private List<String> judge(Target target) {
    return target.judge(outcomes).stream().map(Verdict::text).toList();
  }

  @Test
  void aRatioIsOursByTheirs() {
    measured("64 B", PeerKind.RMM, 10);
    measured("64 B", PeerKind.NETTY_ADAPTIVE, 40);
    measured("1 KiB", PeerKind.RMM, 30);
    measured("1 KiB", PeerKind.NETTY_ADAPTIVE, 40);
    assertThat(outcomes.ratio("64 B", PeerKind.NETTY_ADAPTIVE, Metrics.NANOS)).hasValue(0.25);
    assertThat(judge(Target.ratio(Metrics.NANOS, PeerKind.NETTY_ADAPTIVE, 0.25)))
        .containsExactly(
            "reached       64 B: rmm / netty-adaptive: 0.25, at most 0.25",
            "MISSED        1 KiB: rmm / netty-adaptive: 0.75, at most 0.25");
  }

  @Test
  void theMedianOfForksCounts() {
    for (double nanos : new double[] {50, 10, 11, 9, 12}) {
      measured("churn", PeerKind.RMM, nanos);
      measured("churn", PeerKind.RMM_BARE, nanos - 1);
    }
    assertThat(outcomes.median("churn", PeerKind.RMM, Metrics.NANOS)).hasValue(11);
    assertThat(judge(Target.difference(Metrics.NANOS, PeerKind.RMM_BARE, 1.5, _ -> true)))
        .containsExactly("reached       churn: rmm - rmm-bare: 1.00, at most 1.50");
    measured("churn", PeerKind.RMM, 13);
    assertThat(outcomes.median("churn", PeerKind.RMM, Metrics.NANOS)).hasValue(11.5);
  }

  @Test
  void whatWasNotMeasuredIsNeitherReachedNorHidden() {
    measured("64 B", PeerKind.RMM, 10);
    outcomes.failed(work("64 B", PeerKind.NETTY_ADAPTIVE), "exit code 1");
    List<Verdict> verdicts =
        Target.ratio(Metrics.NANOS, PeerKind.NETTY_ADAPTIVE, 0.2).judge(outcomes);
    assertThat(verdicts).hasSize(1);
    assertThat(verdicts.getFirst().isReached()).isFalse();
    assertThat(verdicts.getFirst().text()).startsWith("not measured");
  }

  @Test
  void oneFailedForkSpoilsItsCell() {
    measured("64 B", PeerKind.RMM, 10);
    outcomes.failed(work("64 B", PeerKind.RMM), "exit code 1");
    assertThat(outcomes.median("64 B", PeerKind.RMM, Metrics.NANOS)).isEmpty();
  }

  @Test
  void placesCountWhoIsFaster() {
    measured("larson 2", PeerKind.RMM, 20);
    measured("larson 2", PeerKind.NETTY_ADAPTIVE, 30);
    measured("larson 2", PeerKind.JEMALLOC_CRITICAL, 10);
    assertThat(judge(Target.place(Metrics.NANOS, 2, "all", _ -> true)))
        .containsExactly("reached       larson 2: place among all: 2.00, at most 2.00");
    assertThat(judge(Target.place(Metrics.NANOS, 1, "Java peers", PeerKind::isJava)))
        .containsExactly("reached       larson 2: place among Java peers: 1.00, at most 1.00");
  }

  @Test
  void theMeanIsGeometricAndOfPeersThatRanEverything() {
    measured("a", PeerKind.RMM, 1);
    measured("b", PeerKind.RMM, 100);
    measured("a", PeerKind.JEMALLOC_CRITICAL, 9);
    measured("b", PeerKind.JEMALLOC_CRITICAL, 9);
    measured("a", PeerKind.NETTY_ADAPTIVE, 0.1);
    assertThat(Target.geometricMean(outcomes, PeerKind.RMM, Metrics.NANOS))
        .hasValueCloseTo(10.0, within(1e-9));
    assertThat(Target.geometricMean(outcomes, PeerKind.NETTY_ADAPTIVE, Metrics.NANOS))
        .isEqualTo(OptionalDouble.empty());
    assertThat(judge(Target.placeOfMean(Metrics.NANOS, 1)))
        .containsExactly(
            "MISSED        place by the geometric mean of all points: 2.00, at most 1.00");
  }

  @Test
  void aTableShowsRatiosAndFailures() {
    measured("64 B", PeerKind.RMM, 10);
    measured("64 B", PeerKind.NETTY_ADAPTIVE, 40);
    outcomes.failed(work("64 B", PeerKind.JEMALLOC), "exit code 1, see x.log");
    Row row =
        new Row(
            "pair",
            "Pairs",
            List.of(Rows.NANOS, Rows.RESIDENT),
            List.of(),
            List.of(Target.ratio(Metrics.NANOS, PeerKind.NETTY_ADAPTIVE, 0.2)));
    assertThat(Tables.of(row, outcomes).lines())
        .containsExactly(
            "## Pairs [pair]",
            "",
            "| ns, an operation (rmm / peer) |        64 B |",
            "|-------------------------------|------------:|",
            "| rmm                           |        10.0 |",
            "| netty-adaptive                | 40.0 (0.25) |",
            "| jemalloc                      |      FAILED |",
            "",
            "| resident, MB (rmm / peer) |   64 B |",
            "|---------------------------|-------:|",
            "| jemalloc                  | FAILED |",
            "",
            "MISSED        64 B: rmm / netty-adaptive: 0.25, at most 0.20",
            "FAILED        64 B: jemalloc: exit code 1, see x.log");
  }

  @Test
  void manyPointsStandBelowEachOther() {
    for (int i = 0; i < 8; i++) {
      measured("p" + i, PeerKind.RMM, 10 + i);
    }
    assertThat(Tables.table(Rows.NANOS, outcomes).lines())
        .hasSize(10)
        .contains("| p7                            | 17.0 |");
  }
}
