package io.rmm.stress;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The memory of a soak as it goes on: resident bytes, and the ladder of the manager. */
final class SoakSamples {

  private record Sample(
      double seconds, long resident, MemorySnapshot snapshot, long javaHeap, long threads) {}

  private final MemoryManager manager;
  private final SoakLoad load;
  private final long start = System.nanoTime();
  private final List<Sample> samples = new ArrayList<>();

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
            load.threads()));
  }

  /**
   * Returns the trend over the second half of the time: of the resident bytes, or, under a load so
   * slow that its level would decide, of those of them that the manager has not committed.
   */
  Trend trend(boolean slow) {
    double half = samples.isEmpty() ? 0 : samples.getLast().seconds / 2;
    List<Sample> second = samples.stream().filter(sample -> sample.seconds >= half).toList();
    return Trend.of(
        slow ? "resident memory beyond what is committed" : "resident memory",
        second.stream().mapToDouble(Sample::seconds).toArray(),
        second.stream()
            .mapToDouble(sample -> sample.resident - (slow ? sample.snapshot.committedBytes() : 0))
            .toArray());
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

  /** Returns a plot of the resident bytes and the ladder over time, with the trend, as SVG. */
  String plot(boolean slow) {
    double[] minutes = samples.stream().mapToDouble(sample -> sample.seconds / 60).toArray();
    LinePlot plot = new LinePlot("Soak: memory in MiB over minutes", minutes);
    plot.line("resident", mebibytes(Sample::resident));
    plot.line("committed", mebibytes(sample -> sample.snapshot.committedBytes()));
    plot.line("active", mebibytes(sample -> sample.snapshot.activeBytes()));
    plot.line("used", mebibytes(sample -> sample.snapshot.usedBytes()));
    plot.line("requested", mebibytes(sample -> sample.snapshot.requestedBytes()));
    return plot.svg(samples.size() < 2 ? "" : trend(slow).toString());
  }

  private double[] mebibytes(ToDoubleFunction<Sample> bytes) {
    return samples.stream().mapToDouble(bytes).map(value -> value / (1 << 20)).toArray();
  }
}
