package io.rmm.allocator.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory that the control groups of this process hold and may hold: the limits of its
 * container.
 *
 * <p>A process is in one group, whose memory counts in all groups above it too, and it is ended
 * when any of them is full. So all of them are looked at, as far as the container shows them, and
 * the one that is nearest to its limit counts.
 *
 * <p><b>What counts as held</b> is what Kubernetes calls the working set: the usage without file
 * contents that were not used of late ({@code inactive_file}). The usage alone is near the limit in
 * any group that reads many files, and means nothing: the kernel lets go of those first.
 *
 * <p>Both versions are understood. They are looked for where every distribution and container has
 * them, in {@code /sys/fs/cgroup} and for version 1 in {@code /sys/fs/cgroup/memory}. A path that
 * is not there is one that the container does not see: its own group is at the top then.
 *
 * <p>Cost: three small files for each group, some 100 us in all.
 */
public final class ControlGroupMemory {

  /** Version 1 says "no limit" by a number near the largest; no machine has so much. */
  private static final long NO_LIMIT_FROM = 1L << 60;

  /** The names of the files, and of the line with file contents that were not used of late. */
  private enum Version {
    V1("memory.usage_in_bytes", "", "memory.limit_in_bytes", "total_inactive_file "),
    V2("memory.current", "memory.high", "memory.max", "inactive_file ");

    private final String usage;

    /** From where on the kernel slows the group down; version 1 has no such limit. */
    private final String high;

    private final String max;
    private final String reclaimable;

    Version(String usage, String high, String max, String reclaimable) {
      this.usage = usage;
      this.high = high;
      this.max = max;
      this.reclaimable = reclaimable;
    }
  }

  /**
   * What one group holds and may hold, in bytes; {@link Long#MAX_VALUE} stands for no limit.
   *
   * @param used what it holds, as told above
   * @param high from where on the kernel slows it down and takes memory from it
   * @param max from where on the kernel ends one of its processes
   */
  public record Reading(long used, long high, long max) {

    private double share() {
      long limit = Math.min(high, max);
      return limit == Long.MAX_VALUE ? 0 : (double) used / limit;
    }
  }

  private final Version version;

  /** The process's own group, and those above it. */
  private final List<Path> folders;

  private ControlGroupMemory(Version version, Path mount, String path) {
    this.version = version;
    this.folders = upwards(mount, path);
  }

  /**
   * Finds the groups of this process.
   *
   * @param root the folder in which {@code proc} and {@code sys} are: {@code /}, but in tests
   * @throws IOException if it is in none that counts memory, or nobody tells
   */
  public static ControlGroupMemory find(Path root) throws IOException {
    Path mount = root.resolve("sys/fs/cgroup");
    List<String[]> memberships =
        Files.readAllLines(root.resolve("proc/self/cgroup"), StandardCharsets.ISO_8859_1).stream()
            .map(line -> line.split(":", 3))
            .filter(parts -> parts.length == 3)
            .toList();
    // Version 2 may be mounted besides; then version 1 is the one that counts memory.
    for (String[] membership : memberships) {
      if (Arrays.asList(membership[1].split(",", -1)).contains("memory")) {
        return new ControlGroupMemory(Version.V1, mount.resolve("memory"), membership[2]);
      }
    }
    for (String[] membership : memberships) {
      if (membership[0].equals("0") && membership[1].isEmpty()) {
        return new ControlGroupMemory(Version.V2, mount, membership[2]);
      }
    }
    throw new IOException("this process is in no control group that counts memory");
  }

  private static List<Path> upwards(Path mount, String path) {
    Path own = mount.resolve(path.replaceFirst("^/+", "")).normalize();
    List<Path> folders = new ArrayList<>();
    for (Path at = own; at != null && at.startsWith(mount); at = at.getParent()) {
      if (Files.isDirectory(at)) {
        folders.add(at);
      }
    }
    // A group beside the one at the top of what the container sees is told as ../other.
    return folders.isEmpty() ? List.of(mount) : List.copyOf(folders);
  }

  /** Returns where the kernel tells how long the process's own group stalled, if it does. */
  public @Nullable Path stalledTime() {
    return version == Version.V2 ? folders.getFirst().resolve("memory.pressure") : null;
  }

  /**
   * Reads the group that is nearest to its limit, or the process's own if none has any.
   *
   * @throws IOException if no group tells what it holds
   */
  public Reading nearest() throws IOException {
    Reading nearest = null;
    for (Path folder : folders) {
      // The group at the top of the machine has neither usage nor limit in version 2.
      if (Files.exists(folder.resolve(version.usage))) {
        Reading reading = read(folder);
        if (nearest == null || reading.share() > nearest.share()) {
          nearest = reading;
        }
      }
    }
    if (nearest == null) {
      throw new IOException("no control group of this process tells how much memory it holds");
    }
    return nearest;
  }

  private Reading read(Path folder) throws IOException {
    long usage = bytes(text(folder.resolve(version.usage)));
    long reclaimable =
        text(folder.resolve("memory.stat"))
            .lines()
            .filter(line -> line.startsWith(version.reclaimable))
            .mapToLong(line -> Long.parseLong(line.substring(version.reclaimable.length()).strip()))
            .findFirst()
            .orElse(0);
    return new Reading(
        Math.max(0, usage - reclaimable),
        version.high.isEmpty() ? Long.MAX_VALUE : bytes(text(folder.resolve(version.high))),
        bytes(text(folder.resolve(version.max))));
  }

  private static long bytes(String text) throws IOException {
    if (text.equals("max")) {
      return Long.MAX_VALUE;
    }
    try {
      long bytes = Long.parseLong(text);
      return bytes >= NO_LIMIT_FROM ? Long.MAX_VALUE : bytes;
    } catch (NumberFormatException e) {
      throw new IOException("a control group tells of " + text + " bytes", e);
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
  }
}
