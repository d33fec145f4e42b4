package io.rmm.benchmarks.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory of this process, as Linux counts it.
 *
 * @param residentBytes what is resident now
 * @param peakBytes the highest of it so far
 */
public record ProcessMemory(long residentBytes, long peakBytes) {

  private static final Path STATUS = Path.of("/proc/self/status");

  /** Reads {@code /proc/self/status}. */
  public static ProcessMemory now() {
    try {
      return parse(Files.readString(STATUS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ProcessMemory parse(String status) {
    return new ProcessMemory(bytes(status, "VmRSS:"), bytes(status, "VmHWM:"));
  }

  private static long bytes(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .orElseThrow(() -> new IllegalStateException("no " + name + " in " + STATUS));
  }
}
