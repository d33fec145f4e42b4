package io.rmm.allocator.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.rmm.allocator.ControlGroupFiles;
import io.rmm.allocator.container.ControlGroupMemory.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the files of control groups say, of either version, in a container and on a machine. */
class ControlGroupMemoryTest {

  private static final long NONE = Long.MAX_VALUE;

  @TempDir Path root;

  private Reading nearest() throws IOException {
    return ControlGroupMemory.find(root).nearest();
  }

  @Test
  void version2() throws Exception {
    ControlGroupFiles.version2(root, "system.slice/shop").holds(700, 200).high(900).max(1000);
    assertThat(nearest()).isEqualTo(new Reading(500, 900, 1000));
  }

  @Test
  void version1() throws Exception {
    ControlGroupFiles.version1(root, "docker/f00").holds(700, 200).max(1000);
    assertThat(nearest()).isEqualTo(new Reading(500, NONE, 1000));
    assertThat(ControlGroupMemory.find(root).stalledTime()).isEmpty();
  }

  @Test
  void withoutLimitsTheOwnGroupCounts() throws Exception {
    ControlGroupFiles.version2(root, "").holds(9000, 0);
    ControlGroupFiles.version2(root, "own").holds(700, 0);
    assertThat(nearest()).isEqualTo(new Reading(700, NONE, NONE));
  }

  @Test
  void version1HasNoLimitBelowAnyMachines() throws Exception {
    ControlGroupFiles.version1(root, "").holds(700, 0);
    assertThat(nearest()).isEqualTo(new Reading(700, NONE, NONE));
  }

  @Test
  void theGroupThatIsNearestToItsLimitCounts() throws Exception {
    ControlGroupFiles.version2(root, "pod").holds(950, 0).max(1000);
    ControlGroupFiles.version2(root, "pod/container").holds(100, 0).max(500);
    assertThat(nearest()).isEqualTo(new Reading(950, NONE, 1000));
  }

  /** In a container without a namespace for groups, the path is that of the machine. */
  @Test
  void aPathThatIsNotSeenIsTheOneAtTheTop() throws Exception {
    ControlGroupFiles.version2(root, "").holds(10, 0).max(1000);
    Files.writeString(root.resolve("proc/self/cgroup"), "0::/kubepods/pod1/c1\n");
    assertThat(nearest()).isEqualTo(new Reading(10, NONE, 1000));
    Files.writeString(root.resolve("proc/self/cgroup"), "0::/../../other\n");
    assertThat(nearest()).isEqualTo(new Reading(10, NONE, 1000));
  }

  @Test
  void theTopOfAMachineTellsNothing() throws Exception {
    ControlGroupFiles top = ControlGroupFiles.version2(root, "");
    for (String name : new String[] {"memory.current", "memory.high", "memory.max"}) {
      top.delete(name);
    }
    assertThatIOException()
        .isThrownBy(this::nearest)
        .withMessage("no control group of this process tells how much memory it holds");
    ControlGroupFiles.version2(root, "user.slice").holds(10, 0).max(1000);
    assertThat(nearest()).isEqualTo(new Reading(10, NONE, 1000));
  }

  @Test
  void whatIsNoNumberIsAnError() throws Exception {
    ControlGroupFiles.version2(root, "a").write("memory.max", "plenty\n");
    assertThatIOException()
        .isThrownBy(this::nearest)
        .withMessage("a control group tells of plenty bytes");
  }

  @Test
  void aSystemWithoutControlGroupsIsAnError() throws Exception {
    assertThatIOException().isThrownBy(this::nearest);
    Files.createDirectories(root.resolve("proc/self"));
    Files.writeString(root.resolve("proc/self/cgroup"), "1:name=systemd:/\n");
    Files.writeString(
        root.resolve("proc/self/mountinfo"), "1 0 0:9 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n");
    assertThatIOException()
        .isThrownBy(this::nearest)
        .withMessage("this process is in no control group that counts memory");
  }
}
