package io.rmm.jmx.ledger;

import io.rmm.allocator.container.ControlGroup;
import io.rmm.allocator.container.ControlGroup.Version;
import io.rmm.allocator.log.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
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

  /** No usage is known, or no headroom although there is a limit. */
  public static final long UNKNOWN = -1;

  /**
   * What there is.
   *
   * @param limit the lowest limit on the path in bytes, or {@link #NONE}
   * @param usage bytes that count in the process's own group, or {@link #UNKNOWN}
   * @param headroom the least headroom on the path, {@link #NONE} without a limit, or {@link
   *     #UNKNOWN}; else not below zero
   * @param note what could not be found out, or an empty string
   */
  public record Reading(long limit, long usage, long headroom, String note) {}

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
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "The control groups cannot be read", e);
      return unknown("The container's limit cannot be read (/proc/self/cgroup, mountinfo)");
    }
  }

  private static Reading unknown(String note) {
    return new Reading(NONE, UNKNOWN, NONE, note);
  }

  private static Reading read(ControlGroup group) {
    Version version = group.version();
    long lowest = NONE;
    long headroom = NONE;
    long ownUsage = UNKNOWN;
    long ownHeld = UNKNOWN;
    boolean unreadable = !Files.isDirectory(group.folder());
    for (Path folder : group.foldersUpwards()) {
      GroupFile stat = GroupFile.read(folder.resolve("memory.stat"));
      GroupFile usageFile = GroupFile.read(folder.resolve(version.usage()));
      GroupFile limitFile = GroupFile.read(folder.resolve(version.limit()));
      unreadable |= usageFile.isUnreadable() || limitFile.isUnreadable();
      OptionalLong usage = usageFile.number();
      long held = UNKNOWN;
      if (usage.isPresent()) {
        held = Math.max(0, usage.getAsLong() - stat.value(version.reclaimable()).orElse(0));
        if (ownUsage == UNKNOWN) {
          ownUsage = usage.getAsLong();
          ownHeld = held;
        }
      }
      long limit = limitOf(limitFile.number()); // "max" is no number
      if (version == Version.V1) {
        lowest = Math.min(lowest, limitOf(stat.value("hierarchical_memory_limit")));
      }
      lowest = Math.min(lowest, limit);
      if (limit != NONE && held != UNKNOWN) {
        headroom = Math.min(headroom, Math.max(0, limit - held));
      }
    }
    if (lowest != NONE && ownHeld != UNKNOWN) {
      // The lowest limit may be that of a group that cannot be seen, which holds this at the least.
      headroom = Math.min(headroom, Math.max(0, lowest - ownHeld));
    }
    return new Reading(
        lowest,
        ownUsage,
        lowest != NONE && headroom == NONE ? UNKNOWN : headroom,
        unreadable
            ? "Files of the process's control group, or of one above it, cannot be read"
            : "");
  }

  private static long limitOf(OptionalLong bytes) {
    long limit = bytes.orElse(NONE);
    return limit < 0 || limit >= ControlGroup.NO_LIMIT_FROM ? NONE : limit;
  }
}
