package io.rmm.allocator.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The memory mappings of this process, of which Linux allows it {@code vm.max_map_count} (65,530
 * unless set).
 *
 * <p>A call that would pass that limit fails with the error number of "out of memory", although
 * there is memory; and what helps is something else. So a failure with that number is looked into
 * here. Costs about 1 us a mapping, thus 0.1 s where it matters: for the way to an error alone, and
 * under no lock.
 *
 * @param count how many this process has
 * @param limit how many it may have
 */
public record Mappings(long count, long limit) {

  /**
   * The count is taken a while after the failure, during which other threads may have given some
   * back, and a call that splits a mapping needs two more at once.
   */
  private static final long SLACK = 32;

  private static final Path COUNT = Path.of("/proc/self/maps");
  private static final Path LIMIT = Path.of("/proc/sys/vm/max_map_count");

  /** Returns the numbers of now, or null if {@code /proc} does not tell them. */
  static @Nullable Mappings read() {
    try (BufferedReader count = open(COUNT);
        BufferedReader limit = open(LIMIT)) {
      // By one large read, which a reader does: the kernel gives a number in the first read or
      // never, and Files.readString asks for one byte first.
      String line = limit.readLine();
      return line == null
          ? null
          : new Mappings(count.lines().count(), Long.parseLong(line.strip()));
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /** Not as UTF-8: the names of mapped files may be anything. */
  private static BufferedReader open(Path path) throws IOException {
    return Files.newBufferedReader(path, StandardCharsets.ISO_8859_1);
  }

  /** Tells whether it is for want of mappings that calls fail. */
  public boolean areExhausted() {
    return count >= limit - SLACK;
  }

  /** Says in a sentence what is wrong and what helps. */
  public String advice() {
    return "this process has "
        + count
        + " memory mappings of the "
        + limit
        + " that vm.max_map_count allows, which is what the operating system lacks and not memory;"
        + " raise it, as with 'sysctl -w vm.max_map_count="
        + Math.max(4 * limit, 262_144)
        + "', or let the process map less";
  }
}
