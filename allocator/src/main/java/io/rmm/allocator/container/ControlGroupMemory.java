package io.rmm.allocator.container;

import io.rmm.allocator.container.ControlGroup.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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
 * <p>Cost: three small files for each group, some 100 us in all.
 */
public final class ControlGroupMemory {

  /** From where on the kernel slows a group down; version 1 has no such limit. */
  private static final String HIGH = "memory.high";

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

  private final ControlGroup group;

  private ControlGroupMemory(ControlGroup group) {
    this.group = group;
  }

  /**
   * Finds the groups of this process.
   *
   * @param root the folder in which {@code proc} and {@code sys} are: {@code /}, but in tests
   * @throws IOException if it is in none that counts memory, or nobody tells
   */
  public static ControlGroupMemory find(Path root) throws IOException {
    return ControlGroup.ofThisProcess(root)
        .map(ControlGroupMemory::new)
        .orElseThrow(
            () -> new IOException("this process is in no control group that counts memory"));
  }

  /** Returns where the kernel tells how long the process's own group stalled, if it does. */
  public Optional<Path> stalledTime() {
    return group.version() == Version.V2
        ? Optional.of(group.folder().resolve("memory.pressure"))
        : Optional.empty();
  }

  /**
   * Reads the group that is nearest to its limit, or the process's own if none has any.
   *
   * @throws IOException if no group tells what it holds
   */
  public Reading nearest() throws IOException {
    Reading nearest = null;
    for (Path folder : group.foldersUpwards()) {
      // The group at the top of the machine has neither usage nor limit in version 2.
      if (Files.exists(folder.resolve(group.version().usage()))) {
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
    long usage = bytes(text(folder.resolve(group.version().usage())));
    Version version = group.version();
    String key = version.reclaimable() + " ";
    long reclaimable =
        text(folder.resolve("memory.stat"))
            .lines()
            .filter(line -> line.startsWith(key))
            .mapToLong(line -> Long.parseLong(line.substring(key.length()).strip()))
            .findFirst()
            .orElse(0);
    return new Reading(
        Math.max(0, usage - reclaimable),
        version == Version.V1 ? Long.MAX_VALUE : bytes(text(folder.resolve(HIGH))),
        bytes(text(folder.resolve(version.limit()))));
  }

  private static long bytes(String text) throws IOException {
    if (text.equals("max")) {
      return Long.MAX_VALUE;
    }
    try {
      long bytes = Long.parseLong(text);
      return bytes >= ControlGroup.NO_LIMIT_FROM ? Long.MAX_VALUE : bytes;
    } catch (NumberFormatException e) {
      throw new IOException("a control group tells of " + text + " bytes", e);
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
  }
}
