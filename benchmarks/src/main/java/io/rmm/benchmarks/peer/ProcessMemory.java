package io.rmm.benchmarks.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory of this process beside the Java heap, as Linux counts it.
 *
 * <p>Beside the heap, since that is resident as a whole where benchmarks run: its size is fixed, it
 * is touched when the JVM starts, and the system property {@value #HEAP_PROPERTY} tells the size in
 * MiB. Without the property the heap is counted along.
 *
 * @param residentBytes what is resident now
 * @param peakBytes the highest of it so far
 */
public record ProcessMemory(long residentBytes, long peakBytes) {

  /** The size of a Java heap that is resident as a whole, in MiB. */
  public static final String HEAP_PROPERTY = "rmm.bench.heap";

  private static final Path STATUS = Path.of("/proc/self/status");

  /** Reads {@code /proc/self/status}. */
  public static ProcessMemory now() {
    try {
      return parse(Files.readString(STATUS), Long.getLong(HEAP_PROPERTY, 0) << 20);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ProcessMemory parse(String status, long heap) {
    return new ProcessMemory(bytes(status, "VmRSS:") - heap, bytes(status, "VmHWM:") - heap);
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
