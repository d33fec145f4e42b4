package io.rmm.stress;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The memory of a soak as it goes on: resident bytes, and the ladder of the manager. */
final class SoakSamples {

  private record Sample(
      double seconds,
      long resident,
      MemorySnapshot snapshot,
      long javaHeap,
      long threads,
      int cycle) {}

  /** Cycles of a second half that tell something of the whole. */
  private static final int LEAST_CYCLES = 3;

  private final MemoryManager manager;
  private final SoakLoad load;
  private final long start = System.nanoTime();
  private final List<Sample> samples = new ArrayList<>();
  private int cycle;

  SoakSamples(MemoryManager manager, SoakLoad load) {
    this.manager = manager;
    this.load = load;
  }

  /** Takes a sample of now. */
  void take() {
    Runtime runtime = Runtime.getRuntime();
    samples.add(
        new Sample(
            (System.nanoTime() - start) / 1e9,
            Resident.bytes(),
            manager.snapshot(),
            runtime.totalMemory() - runtime.freeMemory(),
            load.threads(),
            cycle));
  }

  /** Notes that a lull ends, in which everything was freed: all begins anew. */
  void endCycle() {
    cycle++;
  }

  /**
   * Returns the trend of the resident bytes over the second half of the time.
   *
   * <p>Memory falls in every lull by as much as there was, and takes its time to rise again, so
   * that a line through all samples would rise or fall by where the lulls happen to lie. So each
   * sample counts as the mean of its cycle, from the end of a lull to the end of the next, if the
   * second half has some that are whole.
   */
  Trend residentTrend() {
    double half = samples.isEmpty() ? 0 : samples.getLast().seconds / 2;
    Map<Integer, Double> means =
        samples.stream()
            .collect(
                Collectors.groupingBy(
                    Sample::cycle, TreeMap::new, Collectors.averagingDouble(Sample::resident)));
    List<Sample> second = samples.stream().filter(sample -> sample.seconds >= half).toList();
    int first =
        samples.stream()
                .filter(sample -> sample.seconds < half)
                .mapToInt(Sample::cycle)
                .max()
                .orElse(-1)
            + 1;
    if (cycle - first < LEAST_CYCLES) {
      return trend(second, Sample::resident);
    }
    List<Sample> whole =
        second.stream().filter(sample -> sample.cycle >= first && sample.cycle < cycle).toList();
    return trend(whole, sample -> means.getOrDefault(sample.cycle, 0.0));
  }

  private static Trend trend(List<Sample> samples, ToDoubleFunction<Sample> bytes) {
    return Trend.of(
        samples.stream().mapToDouble(Sample::seconds).toArray(),
        samples.stream().mapToDouble(bytes).toArray());
  }

  /** Returns all samples as comma-separated values, with a line of names. */
  String csv() {
    StringBuilder text =
        new StringBuilder(
            "seconds,resident,requested,used,active,committed,reserved,liveBlocks,allocations,"
                + "threadHeaps,threads,javaHeap\n");
    for (Sample sample : samples) {
      MemorySnapshot snapshot = sample.snapshot;
      text.append(
          String.format(
              Locale.ROOT,
              "%.1f,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d%n",
              sample.seconds,
              sample.resident,
              snapshot.requestedBytes(),
              snapshot.usedBytes(),
              snapshot.activeBytes(),
              snapshot.committedBytes(),
              snapshot.reservedBytes(),
              snapshot.liveBlocks(),
              snapshot.allocations(),
              snapshot.threadHeaps(),
              sample.threads,
              sample.javaHeap));
    }
    return text.toString();
  }

  /** Returns a plot of the resident bytes and the ladder over time, as SVG. */
  String plot() {
    double[] minutes = samples.stream().mapToDouble(sample -> sample.seconds / 60).toArray();
    LinePlot plot = new LinePlot("Soak: memory in MiB over minutes", minutes);
    plot.line("resident", mebibytes(Sample::resident));
    plot.line("committed", mebibytes(sample -> sample.snapshot.committedBytes()));
    plot.line("active", mebibytes(sample -> sample.snapshot.activeBytes()));
    plot.line("used", mebibytes(sample -> sample.snapshot.usedBytes()));
    plot.line("requested", mebibytes(sample -> sample.snapshot.requestedBytes()));
    return plot.svg(samples.size() < 2 ? "" : residentTrend().toString());
  }

  private double[] mebibytes(ToDoubleFunction<Sample> bytes) {
    return samples.stream().mapToDouble(bytes).map(value -> value / (1 << 20)).toArray();
  }
}
