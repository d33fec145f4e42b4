package io.rmm.benchmarks.run;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rows that scenarios measure, each in JVMs of its own. */
final class ScenarioRows {

  private final Plan plan;

  ScenarioRows(Plan plan) {
    this.plan = plan;
  }

  List<Row> all() {
    return List.of(producersAndConsumers());
  }

  private Row producersAndConsumers() {
    List<Work> work = new ArrayList<>();
    for (int[] ratio : new int[][] {{1, 1}, {4, 1}, {1, 4}}) {
      for (PeerKind peer : plan.forScenarios()) {
        work.add(
            new ScenarioWork(
                ratio[0] + ":" + ratio[1],
                peer,
                "producers-consumers",
                timed(Map.of("producers", "" + ratio[0], "consumers", "" + ratio[1]))));
      }
    }
    return new Row(
        "producers-consumers",
        "Producers and consumers: one allocates, another frees; 16 B to 4 KiB, batches of 128",
        List.of(Rows.NANOS, Rows.RESIDENT),
        work,
        List.of(
            Target.ratio(Metrics.NANOS, PeerKind.NETTY_ADAPTIVE, 0.5),
            Target.ratio(Metrics.NANOS, PeerKind.JEMALLOC_CRITICAL, 1.0)));
  }

  private Map<String, String> timed(Map<String, String> settings) {
    Map<String, String> timed = new TreeMap<>(settings);
    timed.put("warmup", plan.quick() ? "700" : "1500");
    timed.put("measure", plan.quick() ? "700" : "2000");
    return timed;
  }
}
