package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;

/** Which addresses a manager says are its own, or another manager's. */
class ReservedAddressTest {

  private static final long HUGE = 70L << 20;

  @OnBothSources
  void blocksLieInWhatIsReservedAndOtherMemoryDoesNot(String source) {
    boolean reserves = source.equals("linux"); // the portable source has memory from the JDK
    MemoryManager manager = manager(source);
    try (Arena arena = Arena.ofConfined();
        MemoryManager other = manager(source)) {
      long address;
      try (Block small = manager.allocate(100);
          Block huge = manager.allocate(HUGE);
          Block others = other.allocate(100)) {
        address = huge.address();
        assertThat(manager.reserves(small.address())).isEqualTo(reserves);
        assertThat(manager.reserves(huge.address())).isEqualTo(reserves);
        assertThat(manager.reserves(huge.address() + HUGE - 1)).isEqualTo(reserves);
        assertThat(manager.reserves(others.address())).as("all share it").isEqualTo(reserves);
        assertThat(manager.reserves(arena.allocate(HUGE).address())).isFalse();
        assertThat(manager.reserves(0)).isFalse();
        assertThat(manager.reserves(-1)).isFalse();
      }
      manager.close();
      assertThat(other.reserves(address)).as("for ever").isEqualTo(reserves);
    }
  }

  private static MemoryManager manager(String source) {
    return MemoryManager.builder().pageSource(source).discoverViews(false).build();
  }
}
