package io.rmm.benchmarks.run;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.peer.PeerKind;
import io.rmm.benchmarks.run.Row.Column;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The rows that scenarios measure, each in JVMs of its own. */
final class ScenarioRows {

  /** The name of the row that needs files from outside the project. */
  static final String REPLAY = "replay";

  private static final List<String> PATTERNS =
      List.of(
          "larson",
          "xmalloc-test",
          "mstress",
          "rptest",
          "sh8bench",
          "cache-scratch",
          "alloc-test",
          "glibc-thread");

  private static final double MEBIBYTE = 1 << 20;

  private final Plan plan;

  ScenarioRows(Plan plan) {
    this.plan = plan;
  }

  List<Row> all() {
    return List.of(
        producersAndConsumers(),
        patterns(),
        replay(),
        burst(),
        virtualThreads(),
        latency(),
        start());
  }

  private Row producersAndConsumers() {
    List<Work> work = new ArrayList<>();
    for (int[] ratio : new int[][] {{1, 1}, {4, 1}, {1, 4}}) {
      Map<String, String> settings =
          timed(
              exchange(ratio[0], ratio[1], 128, 4 * (ratio[0] + ratio[1]), 16, 4 << 10),
              ratio[0] + ratio[1]);
      for (PeerKind peer : plan.forScenarios()) {
        work.add(
            new ScenarioWork(ratio[0] + ":" + ratio[1], peer, "producers-consumers", settings));
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

  private Row patterns() {
    List<Work> work = new ArrayList<>();
    for (String pattern : PATTERNS) {
      for (int threads : plan.some(1, List.of(2, 1, 8, 32))) {
        for (PeerKind peer : plan.forScenarios()) {
          work.add(pattern(pattern, threads, peer));
        }
      }
    }
    return new Row(
        "patterns",
        "The patterns of mimalloc-bench",
        List.of(Rows.NANOS, Rows.RESIDENT),
        work,
        List.of(
            Target.place(Metrics.NANOS, 2, "all", _ -> true),
            Target.placeOfMean(Metrics.NANOS, 1)));
  }

  private ScenarioWork pattern(String pattern, int threads, PeerKind peer) {
    String point = pattern + " " + threads;
    if (pattern.equals("xmalloc-test")) {
      // As many consumers, and at most 100 batches, as in the original.
      Map<String, String> settings =
          timed(exchange(threads, threads, 4096, 100, 64, 64), 2 * threads);
      return new ScenarioWork(point, peer, "producers-consumers", settings);
    }
    Map<String, String> settings = timed(Map.of("threads", Integer.toString(threads)), threads);
    return new ScenarioWork(point, peer, pattern, settings);
  }

  private Row replay() {
    List<Work> work = new ArrayList<>();
    for (Path profile :
        plan.quick() ? plan.profiles().stream().limit(1).toList() : plan.profiles()) {
      for (int least : List.of(1, 512)) {
        for (int threads : List.of(1, 2)) {
          for (PeerKind peer : plan.forScenarios()) {
            work.add(replay(profile, least, threads, peer));
          }
        }
      }
    }
    return new Row(
        REPLAY,
        "Replays of fleetbench's profiles: all sizes to 1 MiB, and those from 512 B; 1 and 2 threads",
        List.of(
            Rows.NANOS,
            new Column(Metrics.COMMITTED_BY_REQUESTED, "peaks", 1, true),
            new Column(Metrics.RESIDENT_BY_REQUESTED, "peaks", 1, true)),
        work,
        List.of(
            Target.place(Metrics.NANOS, 1, "Java peers", PeerKind::isJava),
            Target.value(Metrics.COMMITTED_BY_REQUESTED, 1.25, _ -> true),
            Target.ratio(Metrics.COMMITTED_BY_REQUESTED, PeerKind.JEMALLOC_CRITICAL, 1.0)));
  }

  private ScenarioWork replay(Path profile, int least, int threads, PeerKind peer) {
    String name = profile.getFileName().toString().replaceAll("\\D", "");
    String point = name + (least == 1 ? " whole " : " 512 B up ") + threads;
    Map<String, String> settings =
        timed(
            Map.of(
                "profile", profile.toString(),
                "least", Integer.toString(least),
                "threads", Integer.toString(threads)),
            threads);
    return new ScenarioWork(point, peer, "replay", settings);
  }

  private Row burst() {
    Map<String, String> settings =
        Map.of(
            "threads", "8",
            "buffers", "4000",
            "check", "10000",
            "silence", plan.quick() ? "10000" : "20000");
    List<Work> work = new ArrayList<>();
    for (PeerKind peer : plan.forScenarios()) {
      if (!plan.quick() || !peer.isNative()) {
        work.add(new ScenarioWork("8 threads", peer, "burst", settings));
      }
    }
    return new Row(
        "burst",
        "A burst (8 threads, 4,000 buffers each, 256 B to 128 KiB), silence, and a second one",
        List.of(
            new Column(Metrics.COMMITTED_AFTER, "MB", 1e6, false),
            new Column(Metrics.RESIDENT_AFTER, "MB", 1e6, false),
            new Column(Metrics.RESIDENT_AT_END, "MB", 1e6, false),
            new Column(Metrics.PEAK_RESIDENT, "MB", 1e6, false),
            new Column(Metrics.RESIDENT_BY_ALLOWED, "ratio", 1, false),
            new Column(Metrics.WARM_P99, "ns", 1, false),
            new Column(Metrics.SECOND_BY_WARM, "ratio", 1, false),
            new Column(Metrics.SECOND_BY_WARM_WRITTEN, "ratio", 1, false)),
        work,
        List.of(
            // 16 MiB and 1.1 times what is live, which is nothing.
            Target.value(Metrics.COMMITTED_AFTER, 16 * MEBIBYTE, _ -> true),
            Target.value(Metrics.RESIDENT_BY_ALLOWED, 1, _ -> true),
            Target.value(Metrics.SECOND_BY_WARM, 2, _ -> true)));
  }

  private Row virtualThreads() {
    Map<String, String> settings =
        Map.of(
            "threads",
            "100000",
            "warmups",
            plan.quick() ? "3" : "5",
            "runs",
            plan.quick() ? "7" : "21",
            "silence",
            "10000");
    List<Work> work = new ArrayList<>();
    for (PeerKind peer : plan.forScenarios()) {
      if (!plan.quick() || !peer.isNative()) {
        work.add(new ScenarioWork("a pair", peer, "virtual-threads", settings));
      }
    }
    return new Row(
        "virtual-threads",
        "100,000 virtual threads, each 10 pairs of 64 B to 16 KiB, less the same without pairs",
        List.of(
            new Column(Metrics.NANOS, "a pair, net", 1, true),
            Rows.RESIDENT,
            new Column(Metrics.COMMITTED_AFTER, "MB", 1e6, false)),
        work,
        List.of(
            Target.ratio(Metrics.NANOS, PeerKind.NETTY_ADAPTIVE, 0.5),
            // What an idle manager may hold.
            Target.value(Metrics.COMMITTED_AFTER, MEBIBYTE, _ -> true)));
  }

  private Row latency() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("threads", "2");
    settings.put("warmup", plan.quick() ? "500" : "5000");
    settings.put("measure", plan.quick() ? "2000" : "60000");
    List<Work> work = new ArrayList<>();
    for (PeerKind peer :
        plan.among(
            Set.of(
                PeerKind.RMM,
                PeerKind.NETTY_ADAPTIVE,
                PeerKind.NETTY_POOLED,
                PeerKind.JEMALLOC_CRITICAL,
                PeerKind.MIMALLOC_CRITICAL))) {
      work.add(new ScenarioWork("churn", peer, "latency", settings));
    }
    List<Column> columns = new ArrayList<>();
    for (String metric :
        List.of("p50", "p99", "p99.9", "p99.99", "max", "allocate p99.99", "free p99.99")) {
      columns.add(new Column(metric, "ns", 1, true));
    }
    columns.add(Rows.RESIDENT);
    return new Row(
        "latency",
        "Single allocations and frees while two threads churn among 1,024 blocks each",
        columns,
        work,
        List.of(
            Target.ratio(Metrics.P9999, PeerKind.NETTY_ADAPTIVE, 1),
            Target.ratio(Metrics.P9999, PeerKind.JEMALLOC_CRITICAL, 1)));
  }

  private Row start() {
    List<Work> work = new ArrayList<>();
    for (int run = 0; run < (plan.quick() ? 3 : 5); run++) {
      for (PeerKind peer :
          plan.among(Set.of(PeerKind.RMM, PeerKind.NETTY_ADAPTIVE, PeerKind.JEMALLOC_CRITICAL))) {
        if (!plan.quick() || peer == PeerKind.RMM) {
          work.add(new ScenarioWork("start", peer, "start", Map.of()));
        }
      }
    }
    return new Row(
        "start",
        "From the first use of its classes to the first block; medians",
        List.of(
            new Column(Metrics.FIRST_BLOCK, "ms", 1, true),
            new Column(Metrics.IDLE_COMMITTED, "MB", 1e6, false)),
        work,
        List.of(
            Target.value(Metrics.FIRST_BLOCK, 150, _ -> true),
            Target.value(Metrics.IDLE_COMMITTED, MEBIBYTE, _ -> true)));
  }

  private static Map<String, String> exchange(
      int producers, int consumers, int batch, int batches, int least, int most) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("producers", Integer.toString(producers));
    settings.put("consumers", Integer.toString(consumers));
    settings.put("batch", Integer.toString(batch));
    settings.put("batches", Integer.toString(batches));
    settings.put("least", Integer.toString(least));
    settings.put("most", Integer.toString(most));
    return settings;
  }

  /** Many threads on few processors leave the JIT little time, and warm up the slower. */
  private Map<String, String> timed(Map<String, String> settings, int threads) {
    Map<String, String> timed = new TreeMap<>(settings);
    timed.put("warmup", Integer.toString(plan.quick() ? 400 : 1500 + 100 * threads));
    timed.put("measure", plan.quick() ? "400" : "1200");
    return timed;
  }
}
