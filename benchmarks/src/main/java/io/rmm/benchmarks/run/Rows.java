package io.rmm.benchmarks.run;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.peer.PeerKind;
import io.rmm.benchmarks.run.Row.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The rows that JMH measures. */
final class Rows {

  static final Column NANOS = new Column(Metrics.NANOS, "an operation", 1, true);
  static final Column HEAP = new Column(Metrics.HEAP_BYTES, "on the Java heap", 1, false);
  static final Column RESIDENT = new Column(Metrics.RESIDENT, "MB", 1e6, true);

  private static final double ROUNDING = 0.5;

  private final Plan plan;

  Rows(Plan plan) {
    this.plan = plan;
  }

  /** Returns the rows in the order of the issue. */
  List<Row> all() {
    List<Row> rows = new ArrayList<>();
    rows.add(pair());
    rows.add(escaping());
    rows.add(churn());
    rows.add(crossThread());
    rows.addAll(new ScenarioRows(plan).all());
    rows.add(instrumentation());
    rows.add(tracing());
    rows.add(safety());
    rows.add(arenas());
    return rows;
  }

  private Row pair() {
    List<Work> work = new ArrayList<>();
    for (int size : plan.some(4, List.of(64, 1 << 10, 16 << 10, 256 << 10, 1 << 20))) {
      for (PeerKind peer : plan.all()) {
        work.add(jmh(bytes(size), peer, "AllocateWriteFree.pair", Map.of("size", size)));
      }
    }
    return new Row(
        "pair",
        "Allocate, write 8 bytes, free; one thread",
        List.of(NANOS, HEAP, RESIDENT),
        work,
        List.of(
            Target.ratio(
                Metrics.NANOS, PeerKind.NETTY_ADAPTIVE, 0.20, point -> !point.equals("1 MiB")),
            Target.ratio(Metrics.NANOS, PeerKind.JEMALLOC_CRITICAL, 1.0),
            // What JMH and the recording allocate beside it is a fraction of a byte.
            Target.value(Metrics.HEAP_BYTES, ROUNDING, _ -> true)));
  }

  private Row escaping() {
    List<Work> work = new ArrayList<>();
    for (int size : plan.some(1, List.of(1 << 10, 64, 16 << 10))) {
      for (PeerKind peer : plan.all()) {
        // An address is stored as cheaply as it is kept: one library stands for all.
        boolean telling = !peer.isNative() || peer == PeerKind.JEMALLOC_CRITICAL;
        if (peer == PeerKind.RMM || (telling && !plan.quick())) {
          work.add(jmh(bytes(size), peer, "AllocateWriteFree.escaping", Map.of("size", size)));
        }
      }
    }
    return new Row(
        "pair-escaping",
        "The same pair where the handle escapes: it is stored in an array, and read from there",
        List.of(NANOS, HEAP),
        work,
        List.of(Target.value(Metrics.HEAP_BYTES, 72 + ROUNDING, _ -> true)));
  }

  private Row churn() {
    List<Work> work = new ArrayList<>();
    for (int live : plan.some(1, List.of(1024, 128, 4096))) {
      for (PeerKind peer : plan.all()) {
        work.add(jmh(live + " live", peer, "Churn.replace", Map.of("live", live)));
      }
    }
    return new Row(
        "churn",
        "Churn: replace one of the live blocks at random, 16 B to 64 KiB, log-uniform; one thread",
        List.of(NANOS, HEAP, RESIDENT),
        work,
        List.of(
            Target.ratio(Metrics.NANOS, PeerKind.NETTY_ADAPTIVE, 0.35),
            Target.ratio(Metrics.NANOS, PeerKind.JEMALLOC_CRITICAL, 1.0)));
  }

  private Row crossThread() {
    List<Work> work = new ArrayList<>();
    for (PeerKind peer : plan.acrossThreads()) {
      work.add(jmh("2 threads", peer, "CrossThread.exchange", Map.of()));
    }
    if (!plan.quick()) {
      work.add(jmh("2 threads", PeerKind.NONE, "CrossThread.exchange", Map.of()));
    }
    return new Row(
        "cross-thread",
        "Two threads, 4,096 shared slots, 16 B to 4 KiB: allocate, swap in, free what was there",
        List.of(NANOS, HEAP, RESIDENT),
        work,
        List.of(
            Target.ratio(Metrics.NANOS, PeerKind.NETTY_ADAPTIVE, 0.5),
            Target.ratio(Metrics.NANOS, PeerKind.JEMALLOC_CRITICAL, 1.0)));
  }

  /** Forks alternate, so that a machine that slows down slows both sides. */
  private Row instrumentation() {
    List<Work> work = new ArrayList<>();
    int forks = plan.quick() ? 3 : 5;
    for (int fork = 0; fork < forks; fork++) {
      for (PeerKind peer : List.of(PeerKind.RMM, PeerKind.RMM_BARE)) {
        work.add(jmh("pair 1 KiB", peer, "AllocateWriteFree.pair", Map.of("size", 1 << 10)));
        work.add(jmh("churn 1024", peer, "Churn.replace", Map.of("live", 1024)));
      }
    }
    return new Row(
        "instrumentation",
        "All views, read once a second, and a recording against none of them; medians of interleaved forks",
        List.of(NANOS),
        work,
        List.of(
            Target.ratio(
                Metrics.NANOS, PeerKind.RMM_BARE, 1.02, point -> point.startsWith("churn")),
            Target.difference(
                Metrics.NANOS, PeerKind.RMM_BARE, 1.0, point -> point.startsWith("pair"))));
  }

  /** What each peer takes more with each block recorded than without. */
  private Row tracing() {
    List<Work> work = new ArrayList<>();
    int forks = plan.quick() ? 1 : 3;
    for (int fork = 0; fork < forks; fork++) {
      for (PeerKind peer :
          List.of(
              PeerKind.RMM,
              PeerKind.RMM_TRACED,
              PeerKind.NETTY_ADAPTIVE,
              PeerKind.NETTY_ADAPTIVE_TRACED)) {
        work.add(jmh("pair 64 B", peer, "AllocateWriteFree.pair", Map.of("size", 64)));
      }
    }
    return new Row(
        "tracing",
        "Every allocation and every free recorded, without stacks; medians of interleaved forks",
        List.of(NANOS, HEAP),
        work,
        List.of(
            Target.difference(Metrics.NANOS, PeerKind.RMM_TRACED, PeerKind.RMM, 120, _ -> true),
            // No goal of ours, but what it is to be compared with.
            Target.difference(
                Metrics.NANOS,
                PeerKind.NETTY_ADAPTIVE_TRACED,
                PeerKind.NETTY_ADAPTIVE,
                210,
                _ -> true)));
  }

  /** What a pair takes in each mode, and what churn takes in the two that are for production. */
  private Row safety() {
    List<Work> work = new ArrayList<>();
    int forks = plan.quick() ? 1 : 5;
    for (int fork = 0; fork < forks; fork++) {
      for (PeerKind peer :
          List.of(
              PeerKind.RMM,
              PeerKind.RMM_FAST,
              PeerKind.RMM_SAFE,
              PeerKind.RMM_PARANOID,
              PeerKind.RMM_PARANOID_UNGUARDED,
              PeerKind.NETTY_ADAPTIVE_PARANOID)) {
        work.add(jmh("pair 64 B", peer, "AllocateWriteFree.pair", Map.of("size", 64)));
      }
      for (PeerKind peer : List.of(PeerKind.RMM, PeerKind.RMM_FAST)) {
        work.add(jmh("churn 1024", peer, "Churn.replace", Map.of("live", 1024)));
        work.add(jmh("churn 1024, filled", peer, "Churn.replaceAndFill", Map.of("live", 1024)));
      }
    }
    Predicate<String> pair = point -> point.startsWith("pair");
    return new Row(
        "safety",
        "Allocate, write 8 bytes, free, in each safety mode; medians of interleaved forks",
        List.of(NANOS, HEAP),
        work,
        List.of(
            Target.ratio(Metrics.NANOS, PeerKind.RMM_FAST, 1.10, pair),
            Target.ratio(
                Metrics.NANOS, PeerKind.RMM_FAST, 1.03, point -> point.startsWith("churn")),
            Target.ratio(Metrics.NANOS, PeerKind.RMM_SAFE, PeerKind.RMM_FAST, 15, pair),
            Target.ratio(
                Metrics.NANOS,
                PeerKind.RMM_PARANOID_UNGUARDED,
                PeerKind.NETTY_ADAPTIVE_PARANOID,
                1,
                pair)));
  }

  private Row arenas() {
    List<Work> work = new ArrayList<>();
    for (int size : plan.some(3, List.of(64, 1 << 10, 16 << 10))) {
      for (PeerKind peer : List.of(PeerKind.RMM, PeerKind.JDK_CONFINED)) {
        work.add(jmh(bytes(size), peer, "ConfinedArenas.openAndClose", Map.of("size", size)));
      }
    }
    return new Row(
        "arenas",
        "Open a confined arena, allocate three blocks, write to them, close",
        List.of(NANOS, HEAP, RESIDENT),
        work,
        List.of(Target.ratio(Metrics.NANOS, PeerKind.JDK_CONFINED, 0.5)));
  }

  private JmhWork jmh(String point, PeerKind peer, String benchmark, Map<String, Integer> values) {
    Map<String, String> parameters = new TreeMap<>();
    values.forEach((name, value) -> parameters.put(name, value.toString()));
    return new JmhWork(point, peer, benchmark, parameters, plan.pace());
  }

  private static String bytes(int size) {
    return size >= 1 << 20
        ? (size >> 20) + " MiB"
        : size >= 1 << 10 ? (size >> 10) + " KiB" : size + " B";
  }
}
