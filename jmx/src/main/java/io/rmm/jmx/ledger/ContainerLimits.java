package io.rmm.jmx.ledger;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The memory limit of the container, of control groups of version 1 and 2.
 *
 * <p>A process is a member of one group, and each group on the path to the root may have a limit:
 * the container, the pod, the slice of the machine. The kernel ends a process when any of them is
 * full, so the lowest limit is the limit, and the least headroom is the headroom; the two may be of
 * different groups, since a group's usage is that of all processes in it.
 *
 * <p><b>Headroom</b> is the limit less the group's usage without file contents that have not been
 * used of late ({@code inactive_file}), which is what Kubernetes calls the working set: before the
 * kernel ends a process it lets go of those.
 *
 * <p>From inside a container, groups above it may not be visible. Version 1 tells their lowest
 * limit all the same ({@code hierarchical_memory_limit}); version 2 does not.
 */
public final class ContainerLimits {

  /** There is no limit, or none is known. */
  public static final long NONE = Long.MAX_VALUE;

  /** No usage is known. */
  public static final long UNKNOWN = -1;

  private static final System.Logger LOG = System.getLogger("io.rmm.jmx");

  /**
   * Version 1 says "no limit" by the highest number of whole pages, which depends on their size;
   * this is below all of them and above any machine.
   */
  private static final long NO_LIMIT_FROM = 1L << 60;

  /**
   * What there is.
   *
   * @param limit the lowest limit on the path in bytes, or {@link #NONE}
   * @param usage bytes that count in the process's own group, or {@link #UNKNOWN}
   * @param headroom the least headroom on the path, or {@link #NONE}; never below zero
   * @param note what could not be found out, or an empty string
   */
  public record Reading(long limit, long usage, long headroom, String note) {}

  /** The names of the files of one version. */
  private enum Version {
    V1("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    V2("memory.max", "memory.current", "inactive_file");

    private final String limit;
    private final String usage;
    private final String reclaimable;

    Version(String limit, String usage, String reclaimable) {
      this.limit = limit;
      this.usage = usage;
      this.reclaimable = reclaimable;
    }
  }

  private final Path root;

  /**
   * Makes a reader.
   *
   * @param root the folder in which {@code proc} and {@code sys} are: {@code /}, but in tests
   */
  public ContainerLimits(Path root) {
    this.root = root;
  }

  /** Reads the limits of now. */
  public Reading read() {
    try {
      Optional<ControlGroup> group = ControlGroup.ofThisProcess(root);
      return group.isEmpty()
          ? unknown("This process is in no control group that counts memory")
          : read(group.get());
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "The control groups cannot be read", e);
      return unknown("The container's limit cannot be read (/proc/self/cgroup, mountinfo)");
    }
  }

  private static Reading unknown(String note) {
    return new Reading(NONE, UNKNOWN, NONE, note);
  }

  private static Reading read(ControlGroup group) {
    Version version = group.isVersion2() ? Version.V2 : Version.V1;
    long lowest = NONE;
    long headroom = NONE;
    long ownUsage = UNKNOWN;
    boolean readable = false;
    for (Path folder : group.foldersUpwards()) {
      String stat = text(folder.resolve("memory.stat")).orElse("");
      OptionalLong usage = number(folder.resolve(version.usage));
      Optional<String> limitText = text(folder.resolve(version.limit));
      readable |= limitText.isPresent() || usage.isPresent();
      if (ownUsage == UNKNOWN) {
        ownUsage = usage.orElse(UNKNOWN);
      }
      long limit = limitText.map(ContainerLimits::limit).orElse(NONE);
      if (version == Version.V1) {
        lowest = Math.min(lowest, limitOf(value(stat, "hierarchical_memory_limit").orElse(NONE)));
      }
      lowest = Math.min(lowest, limit);
      if (limit != NONE && usage.isPresent()) {
        long held = usage.getAsLong() - value(stat, version.reclaimable).orElse(0);
        headroom = Math.min(headroom, Math.clamp(limit - held, 0, limit));
      }
    }
    if (lowest != NONE && headroom == NONE && ownUsage != UNKNOWN) {
      // The limit is that of a group that cannot be seen, whose other members cannot be either.
      headroom = Math.clamp(lowest - ownUsage, 0, lowest);
    }
    return new Reading(
        lowest,
        ownUsage,
        headroom,
        readable ? "" : "The files of the process's control group cannot be read");
  }

  /** A limit as both versions write it; what is no number is none, as {@code max} is. */
  private static long limit(String text) {
    return limitOf(parse(text).orElse(NONE));
  }

  private static long limitOf(long bytes) {
    return bytes < 0 || bytes >= NO_LIMIT_FROM ? NONE : bytes;
  }

  private static OptionalLong number(Path file) {
    Optional<String> text = text(file);
    return text.isEmpty() ? OptionalLong.empty() : parse(text.get());
  }

  private static OptionalLong value(String stat, String key) {
    return stat.lines()
        .filter(line -> line.startsWith(key + " "))
        .map(line -> parse(line.substring(key.length() + 1)))
        .findFirst()
        .orElse(OptionalLong.empty());
  }

  private static OptionalLong parse(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** The root group lacks these files in version 2, so that one is missing is nothing unusual. */
  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
