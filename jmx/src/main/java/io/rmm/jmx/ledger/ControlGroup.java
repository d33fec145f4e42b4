package io.rmm.jmx.ledger;

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
 * @param isVersion2 whether the files are those of version 2
 */
record ControlGroup(Path mount, Path folder, boolean isVersion2) {

  private static final String MEMORY = "memory";

  /**
   * Mount id, parent, device, root, mount point, options, further fields, type, source, options.
   */
  private static final Pattern MOUNT =
      Pattern.compile(
          "\\d+ \\d+ \\S+ (?<root>\\S+) (?<point>\\S+) \\S+ (?:\\S+ )*?- (?<type>cgroup2?) \\S+ (?<options>\\S+)");

  /** A character that would break a line of {@code mountinfo}, as in {@code \040} for a blank. */
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-3][0-7]{2})");

  /** Returns the group of this process, or nothing if it is in none that counts memory. */
  static Optional<ControlGroup> ofThisProcess(Path root) throws IOException {
    List<String> memberships = lines(root.resolve("proc/self/cgroup"));
    List<String> mounts = lines(root.resolve("proc/self/mountinfo"));
    Optional<String> version1 =
        memberships.stream()
            .map(line -> line.split(":", 3))
            .filter(parts -> parts.length == 3 && isList(parts[1], MEMORY))
            .map(parts -> parts[2])
            .findFirst();
    if (version1.isPresent()) {
      return at(root, mounts, version1.get(), false);
    }
    return memberships.stream()
        .filter(line -> line.startsWith("0::"))
        .map(line -> line.substring("0::".length()))
        .findFirst()
        .flatMap(path -> at(root, mounts, path, true));
  }

  private static Optional<ControlGroup> at(
      Path root, List<String> mounts, String path, boolean isVersion2) {
    for (String line : mounts) {
      Matcher mount = MOUNT.matcher(line);
      if (mount.matches()
          && mount.group("type").equals(isVersion2 ? "cgroup2" : "cgroup")
          && (isVersion2 || isList(mount.group("options"), MEMORY))) {
        Path point = below(root, decode(mount.group("point")));
        return Optional.of(
            new ControlGroup(point, folder(point, decode(mount.group("root")), path), isVersion2));
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
    return Arrays.asList(list.split(",")).contains(member);
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
  List<Path> foldersUpwards() {
    List<Path> folders = new ArrayList<>();
    for (Path at = folder; at != null && at.startsWith(mount); at = at.getParent()) {
      folders.add(at);
    }
    return folders;
  }
}
