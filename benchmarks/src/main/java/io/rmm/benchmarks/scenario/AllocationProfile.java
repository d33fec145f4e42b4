package io.rmm.benchmarks.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How often a program allocates each size, and how many blocks of it live: a file of the profiles
 * of google/fleetbench, without a heading and with the columns size in bytes, allocations a second
 * (a relative weight) and mean number of live blocks.
 */
record AllocationProfile(List<Entry> entries) {

  /**
   * @param size bytes of a block
   * @param rate allocations, relative to other sizes
   * @param live blocks that live at a time, on the mean
   */
  record Entry(int size, double rate, double live) {}

  static AllocationProfile read(Path file, int least, int most) throws IOException {
    return parse(Files.readAllLines(file), least, most);
  }

  /** Takes the sizes from {@code least} to {@code most}; the tail of some profiles is 100 GB. */
  static AllocationProfile parse(List<String> lines, int least, int most) {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines) {
      if (line.isBlank()) {
        continue;
      }
      String[] columns = line.split(",", -1);
      if (columns.length != 3) {
        throw new IllegalArgumentException("not three columns: " + line);
      }
      double size = Double.parseDouble(columns[0]);
      double rate = Double.parseDouble(columns[1]);
      double live = Double.parseDouble(columns[2]);
      // A size that is never allocated, or of which none lives, takes no part.
      if (size >= least && size <= most && rate > 0 && live > 0) {
        entries.add(new Entry((int) size, rate, live));
      }
    }
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("no size from " + least + " to " + most);
    }
    return new AllocationProfile(List.copyOf(entries));
  }

  /** Returns the bytes that live at a time, on the mean. */
  double liveBytes() {
    return entries.stream().mapToDouble(entry -> entry.size * entry.live).sum();
  }

  /** Returns the profile of a smaller or larger program of the same kind. */
  AllocationProfile scaled(double factor) {
    return new AllocationProfile(
        entries.stream()
            .map(entry -> new Entry(entry.size, entry.rate * factor, entry.live * factor))
            .toList());
  }
}
