package io.rmm.jmx.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits from folders laid out as the kernel lays them out. */
class ContainerLimitsTest {

  private static final String V1_NONE = "9223372036854771712";

  @TempDir Path root;

  @Test
  void version2OwnLimit() throws Exception {
    version2("/", "/app");
    group("cgroup/app", "memory.max", "1000", "memory.current", "700");
    file("sys/fs/cgroup/app/memory.stat", "anon 1\ninactive_file 200\nactive_file 7\n");
    assertThat(read()).isEqualTo(new ContainerLimits.Reading(1000, 700, 500, ""));
  }

  /** The pod is full although the container is not. */
  @Test
  void version2NestedLimitsAndHeadroomsOfDifferentGroups() throws Exception {
    version2("/", "/pod/app");
    group("cgroup/pod/app", "memory.max", "1000", "memory.current", "100");
    group("cgroup/pod", "memory.max", "2000", "memory.current", "1990");
    assertThat(read()).isEqualTo(new ContainerLimits.Reading(1000, 100, 10, ""));
  }

  @Test
  void version2WithoutLimit() throws Exception {
    version2("/", "/app");
    group("cgroup/app", "memory.max", "max", "memory.current", "700");
    assertThat(read())
        .isEqualTo(
            new ContainerLimits.Reading(ContainerLimits.NONE, 700, ContainerLimits.NONE, ""));
  }

  /** Inside a container its own group is at the top of the mount. */
  @Test
  void version2FromInside() throws Exception {
    version2("/docker/abc", "/docker/abc");
    group("cgroup", "memory.max", "1000", "memory.current", "1200");
    assertThat(read()).isEqualTo(new ContainerLimits.Reading(1000, 1200, 0, ""));
  }

  @Test
  void aPathThatLeavesTheMountIsNotFollowed() throws Exception {
    version2("/", "/../../other");
    group("other", "memory.max", "1", "memory.current", "1");
    group("cgroup", "memory.max", "1000", "memory.current", "300");
    assertThat(read().limit()).isEqualTo(1000);
  }

  @Test
  void version1BesideVersion2() throws Exception {
    file("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/app\n0::/\n");
    file(
        "proc/self/mountinfo",
        """
        1 0 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        2 0 0:32 / /sys/fs/cgroup/the\\040memory rw shared:9 - cgroup cgroup rw,cpu,memory
        """);
    group(
        "cgroup/the memory/app", "memory.limit_in_bytes", V1_NONE, "memory.usage_in_bytes", "700");
    file(
        "sys/fs/cgroup/the memory/app/memory.stat",
        "hierarchical_memory_limit 900\ntotal_inactive_file 50\n");
    assertThat(read()).isEqualTo(new ContainerLimits.Reading(900, 700, 250, ""));
  }

  /** A group above the container's, which cannot be seen from inside, has the lowest limit. */
  @Test
  void version1LimitOfAGroupThatCannotBeSeen() throws Exception {
    version1("/docker/abc", "/docker/abc");
    group("cgroup", "memory.limit_in_bytes", "2000", "memory.usage_in_bytes", "700");
    file("sys/fs/cgroup/memory.stat", "hierarchical_memory_limit 1000\n");
    assertThat(read()).isEqualTo(new ContainerLimits.Reading(1000, 700, 300, ""));
  }

  @Test
  void version1NestedLimits() throws Exception {
    version1("/", "/pods/pod/app");
    group("cgroup/pods/pod/app", "memory.limit_in_bytes", "900", "memory.usage_in_bytes", "100");
    group("cgroup/pods/pod", "memory.limit_in_bytes", V1_NONE, "memory.usage_in_bytes", "400");
    group("cgroup/pods", "memory.limit_in_bytes", "1000", "memory.usage_in_bytes", "990");
    group("cgroup", "memory.limit_in_bytes", V1_NONE, "memory.usage_in_bytes", "5000");
    assertThat(read()).isEqualTo(new ContainerLimits.Reading(900, 100, 10, ""));
  }

  /** The machine's topmost group of version 2 has neither a limit nor a usage. */
  @Test
  void theTopmostGroupHasNoLimit() throws Exception {
    version2("/", "/");
    Files.createDirectories(root.resolve("sys/fs/cgroup"));
    assertThat(read())
        .isEqualTo(
            new ContainerLimits.Reading(
                ContainerLimits.NONE, ContainerLimits.UNKNOWN, ContainerLimits.NONE, ""));
  }

  /** The group of a service that does not count memory itself, below one that does. */
  @Test
  void aGroupThatDoesNotCountMemoryIsCountedAbove() throws Exception {
    version2("/", "/slice/service");
    Files.createDirectories(root.resolve("sys/fs/cgroup/slice/service"));
    group("cgroup/slice", "memory.max", "1000", "memory.current", "400");
    assertThat(read()).isEqualTo(new ContainerLimits.Reading(1000, 400, 600, ""));
  }

  /** A folder in the place of a file cannot be read by anybody, root included. */
  @Test
  void filesThatCannotBeReadAreNoted() throws Exception {
    version2("/", "/pod/app");
    file("sys/fs/cgroup/pod/app/memory.max", "1000\n");
    Files.createDirectories(root.resolve("sys/fs/cgroup/pod/app/memory.current"));
    group("cgroup/pod", "memory.max", "nonsense", "memory.current", "");
    ContainerLimits.Reading reading = read();
    assertThat(reading.limit()).isEqualTo(1000);
    assertThat(reading.usage()).isEqualTo(ContainerLimits.UNKNOWN);
    assertThat(reading.headroom()).isEqualTo(ContainerLimits.UNKNOWN);
    assertThat(reading.note()).contains("cannot be read");
  }

  @Test
  void version1WithoutLimit() throws Exception {
    file("proc/self/cgroup", "4:memory:/\n");
    file("proc/self/mountinfo", "2 0 0:32 / /sys/fs/cgroup rw - cgroup cgroup rw,memory\n");
    group("cgroup", "memory.limit_in_bytes", V1_NONE, "memory.usage_in_bytes", "700");
    assertThat(read().limit()).isEqualTo(ContainerLimits.NONE);
    assertThat(read().headroom()).isEqualTo(ContainerLimits.NONE);
  }

  @Test
  void nothingToReadIsNoted() throws Exception {
    assertThat(read().note()).contains("cannot be read");
    file("proc/self/cgroup", "garbage\n:::\n");
    file("proc/self/mountinfo", "garbage\n");
    assertThat(read().note()).contains("no control group");
    version2("/", "/app");
    assertThat(read().note()).contains("cannot be read");
    assertThat(read().limit()).isEqualTo(ContainerLimits.NONE);
    assertThat(read().usage()).isEqualTo(ContainerLimits.UNKNOWN);
  }

  private ContainerLimits.Reading read() {
    return new ContainerLimits(root).read();
  }

  private void version2(String top, String path) throws Exception {
    file("proc/self/cgroup", "0::" + path + "\n");
    file("proc/self/mountinfo", "1 0 0:38 " + top + " /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  }

  private void version1(String top, String path) throws Exception {
    file("proc/self/cgroup", "4:memory:" + path + "\n");
    file(
        "proc/self/mountinfo",
        "2 0 0:32 " + top + " /sys/fs/cgroup rw - cgroup cgroup rw,memory\n");
  }

  private void group(String folder, String file1, String text1, String file2, String text2)
      throws Exception {
    file("sys/fs/" + folder + "/" + file1, text1 + "\n");
    file("sys/fs/" + folder + "/" + file2, text2 + "\n");
  }

  private void file(String path, String text) throws Exception {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
