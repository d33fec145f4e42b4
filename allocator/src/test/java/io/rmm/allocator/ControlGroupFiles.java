package io.rmm.allocator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files by which Linux tells of the memory of a container, below a folder of the test's. */
public final class ControlGroupFiles {

  private final Path root;
  private final Path folder;
  private final boolean isVersion2;

  private ControlGroupFiles(Path root, Path folder, boolean isVersion2) {
    this.root = root;
    this.folder = folder;
    this.isVersion2 = isVersion2;
  }

  /** Makes a group of version 2, with this path, which has no limit and holds nothing. */
  public static ControlGroupFiles version2(Path root, String path) throws IOException {
    write(root, "proc/self/cgroup", "0::/" + path + "\n");
    write(root, "proc/self/mountinfo", "1 0 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    ControlGroupFiles files = new ControlGroupFiles(root, below(root, "", path), true);
    files.write("memory.current", "0\n");
    files.write("memory.high", "max\n");
    files.write("memory.max", "max\n");
    files.write("memory.stat", "anon 0\ninactive_file 0\nactive_file 0\n");
    return files;
  }

  /** Makes a group of version 1 beside an unused hierarchy of version 2. */
  public static ControlGroupFiles version1(Path root, String path) throws IOException {
    write(root, "proc/self/cgroup", "5:cpu,cpuacct:/x\n4:hugetlb,memory:/" + path + "\n0::/\n");
    write(
        root,
        "proc/self/mountinfo",
        "2 0 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,hugetlb,memory\n");
    ControlGroupFiles files = new ControlGroupFiles(root, below(root, "memory", path), false);
    files.write("memory.usage_in_bytes", "0\n");
    files.write("memory.limit_in_bytes", "9223372036854771712\n");
    files.write("memory.stat", "inactive_file 0\ntotal_inactive_file 0\n");
    return files;
  }

  private static Path below(Path root, String controller, String path) {
    return root.resolve("sys/fs/cgroup").resolve(controller).resolve(path);
  }

  /** Sets what the group holds, and how much of it are files that were not used of late. */
  public ControlGroupFiles holds(long bytes, long inactiveFile) throws IOException {
    write(isVersion2 ? "memory.current" : "memory.usage_in_bytes", bytes + "\n");
    // Version 1 tells its own files besides, and counts only the sum with those of groups below.
    return write(
        "memory.stat",
        isVersion2
            ? "anon 7\ninactive_file " + inactiveFile + "\n"
            : "inactive_file 3\ntotal_inactive_file " + inactiveFile + "\n");
  }

  /** Sets from where on its processes are ended. */
  public ControlGroupFiles max(long bytes) throws IOException {
    return write(isVersion2 ? "memory.max" : "memory.limit_in_bytes", bytes + "\n");
  }

  /** Sets from where on it is slowed down. */
  public ControlGroupFiles high(long bytes) throws IOException {
    return write("memory.high", bytes + "\n");
  }

  /** Sets how long it has waited for memory, in percent. */
  public ControlGroupFiles stalls(double some, double full) throws IOException {
    return write("memory.pressure", stalled(some, full));
  }

  /** Sets how long the machine has waited for memory, in percent. */
  public ControlGroupFiles machineStalls(double some, double full) throws IOException {
    write(root, "proc/pressure/memory", stalled(some, full));
    return this;
  }

  private static String stalled(double some, double full) {
    return "some avg10="
        + some
        + " avg60=99.00 avg300=99.00 total=1\nfull avg10="
        + full
        + " avg60=99.00 avg300=99.00 total=1\n";
  }

  /** Writes one file of the group. */
  public ControlGroupFiles write(String name, String text) throws IOException {
    write(folder, name, text);
    return this;
  }

  private static void write(Path folder, String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** Takes one file of the group away. */
  public void delete(String name) throws IOException {
    Files.delete(folder.resolve(name));
  }
}
