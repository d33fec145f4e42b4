package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Blocks that no machine can fill use address space up, which is never used twice: some are given,
 * and those that would leave the process too little are refused without a trace.
 *
 * <p>In a process of its own, which pays for the address space with its end.
 */
class AddressSpaceTest {

  @Test
  void hugeBlocksLeaveAddressSpaceForTheRest() throws Exception {
    ChildJvm.Result result = ChildJvm.run(Glutton.class, List.of("-Drmm.source=linux"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("all the others got theirs");
  }

  /** What the child does. */
  static final class Glutton {

    private Glutton() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      try (MemoryManager manager = MemoryManager.builder().discoverViews(false).build()) {
        Block huge = manager.allocate(1L << 45);
        huge.segment().set(java.lang.foreign.ValueLayout.JAVA_BYTE, (1L << 45) - 1, (byte) 1);
        Block idle = manager.allocate(5 << 20);
        idle.close();
        MemorySnapshot before = manager.snapshot();
        for (int i = 0; i < 10; i++) {
          assertThatThrownBy(() -> manager.allocate(1L << 45))
              .isInstanceOf(OutOfMemoryError.class)
              .hasMessageContaining("address space");
          assertThatThrownBy(() -> manager.allocate(1L << 46)).isInstanceOf(OutOfMemoryError.class);
          try (Arena arena = manager.openConfinedArena()) {
            assertThatThrownBy(() -> arena.allocate(1L << 45)).isInstanceOf(OutOfMemoryError.class);
          }
        }
        MemorySnapshot after = manager.snapshot();
        assertThat(after.reservedBytes()).isEqualTo(before.reservedBytes());
        assertThat(after.liveBlocks()).isEqualTo(before.liveBlocks());
        // Nothing idle had to go for what could not be had.
        assertThat(after.committedBytes()).isEqualTo(before.committedBytes());
        // What is smaller is given all the same, and what the others need is there.
        for (int gigabytes = 1; gigabytes <= 64; gigabytes++) {
          manager.allocate((long) gigabytes << 30).close();
        }
        huge.close();
        // Its addresses serve the next one.
        manager.allocate(1L << 45).close();
        Invariants.check(manager.snapshot());
      }
      System.out.println("all the others got theirs");
    }
  }
}
