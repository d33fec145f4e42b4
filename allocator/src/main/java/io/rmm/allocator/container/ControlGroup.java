package io.rmm.allocator.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The control group that counts this process's memory: a folder, and those above it.
 *
 * <p>{@code /proc/self/cgroup} tells the group's path, {@code /proc/self/mountinfo} where its
 * hierarchy is mounted and which group is at the top there: a container often sees its own group
 * alone. Where the path is not below that top, as happens with namespaces of groups, the mount's
 * own folder is taken.
 *
 * <p>Memory may be counted by version 1 while version 2 is mounted too; then version 1 counts.
 *
 * @param mount the folder of the mount
 * @param folder the group's folder, {@code mount} or one below it
 * @param version which files there are
 */
public record ControlGroup(Path mount, Path folder, Version version) {

  /** The names of a version's files, and of the line with file contents not used of late. */
  public enum Version {
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

    /** Returns the file of the limit in bytes. */
    public String limit() {
      return limit;
    }

    /** Returns the file of the bytes that count. */
    public String usage() {
      return usage;
    }

    /**
     * Returns the key in {@code memory.stat} of file contents that were not used of late. They
     * count in the usage, but before the kernel ends a process it lets go of them.
     */
    public String reclaimable() {
      return reclaimable;
    }
  }

  /**
   * Version 1 says "no limit" by the highest number of whole pages, which depends on their size;
   * this is below all of them and above any machine.
   */
  public static final long NO_LIMIT_FROM = 1L << 60;

  private static final String MEMORY = "memory";

  /**
   * Mount id, parent, device, root, mount point, options, further fields, type, source, options.
   */
  private static final Pattern MOUNT =
      Pattern.compile(
          "\\d+ \\d+ \\S+ (?<root>\\S+) (?<point>\\S+) \\S+ (?:\\S+ )*?- (?<type>cgroup2?) \\S+ (?<options>\\S+)");

  /** A character that would break a line of {@code mountinfo}, as in {@code \040} for a blank. */
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-3][0-7]{2})");

  /**
   * Returns the group of this process, or nothing if it is in none that counts memory.
   *
   * @param root the folder in which {@code proc} and {@code sys} are: {@code /}, but in tests
   * @throws IOException if {@code /proc/self/cgroup} or {@code mountinfo} cannot be read
   */
  public static Optional<ControlGroup> ofThisProcess(Path root) throws IOException {
    List<String> memberships = lines(root.resolve("proc/self/cgroup"));
    List<String> mounts = lines(root.resolve("proc/self/mountinfo"));
    Optional<String> version1 =
        memberships.stream()
            .map(line -> line.split(":", 3))
            .filter(parts -> parts.length == 3 && isList(parts[1], MEMORY))
            .map(parts -> parts[2])
            .findFirst();
    if (version1.isPresent()) {
      return at(root, mounts, version1.get(), Version.V1);
    }
    return memberships.stream()
        .filter(line -> line.startsWith("0::"))
        .map(line -> line.substring("0::".length()))
        .findFirst()
        .flatMap(path -> at(root, mounts, path, Version.V2));
  }

  private static Optional<ControlGroup> at(
      Path root, List<String> mounts, String path, Version version) {
    for (String line : mounts) {
      Matcher mount = MOUNT.matcher(line);
      if (mount.matches()
          && mount.group("type").equals(version == Version.V2 ? "cgroup2" : "cgroup")
          && (version == Version.V2 || isList(mount.group("options"), MEMORY))) {
        Path point = below(root, decode(mount.group("point")));
        return Optional.of(
            new ControlGroup(point, folder(point, decode(mount.group("root")), path), version));
      }
    }
    return Optional.empty();
  }

  private static Path folder(Path point, String top, String path) {
    if (top.equals("/")) {
      return inside(point, path);
    }
    return path.startsWith(top + "/") ? inside(point, path.substring(top.length())) : point;
  }

  /** The folder {@code path} below {@code point}, or {@code point} if it would lie elsewhere. */
  private static Path inside(Path point, String path) {
    Path folder = below(point, path);
    return folder.startsWith(point) && Files.isDirectory(folder) ? folder : point;
  }

  private static Path below(Path folder, String absolute) {
    return folder.resolve(absolute.replaceFirst("^/+", "")).normalize();
  }

  private static boolean isList(String list, String member) {
    return Arrays.asList(list.split(",", -1)).contains(member);
  }

  private static String decode(String field) {
    return OCTAL
        .matcher(field)
        .replaceAll(
            octal ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
  }

  /** Returns the group's folder and those above it, up to that of the mount. */
  public List<Path> foldersUpwards() {
    List<Path> folders = new ArrayList<>();
    for (Path at = folder; at != null && at.startsWith(mount); at = at.getParent()) {
      folders.add(at);
    }
    return folders;
  }
}
