package io.rmm.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeerTest {

  private static final int SIZE = 1024;

  /** One of the ways into C libraries, and one of Arrow's managers: a process can have one each. */
  @ParameterizedTest
  @EnumSource(
      value = PeerKind.class,
      names = {
        "RMM",
        "RMM_BARE",
        "RMM_TRACED",
        "NETTY_ADAPTIVE",
        "NETTY_ADAPTIVE_TRACED",
        "NETTY_POOLED",
        "ARROW_UNSAFE",
        "JDK_CONFINED",
        "JDK_SHARED",
        "GLIBC_CRITICAL"
      })
  void blocksHoldWhatIsWrittenWhereverTheyAreSwapped(PeerKind kind) {
    try (Peer peer = kind.open()) {
      peer.pair(SIZE);
      Blocks ours = peer.blocks(4);
      Blocks theirs = peer.blocks(2);
      for (int slot = 0; slot < 4; slot++) {
        assertThat(ours.isEmpty(slot)).isTrue();
        ours.allocate(slot, SIZE);
        ours.putLong(slot, 0, slot);
        ours.putLong(slot, SIZE - Long.BYTES, -slot);
        ours.put(slot, 8, (byte) slot);
      }
      ours.swap(1, theirs, 0);
      assertThat(ours.isEmpty(1)).isTrue();
      ours.swap(2, theirs, 0);
      assertThat(theirs.getLong(0, 0)).isEqualTo(2);
      assertThat(ours.getLong(2, 0)).isEqualTo(1);
      assertThat(ours.getLong(2, SIZE - Long.BYTES)).isEqualTo(-1);
      assertThat(ours.get(3, 8)).isEqualTo((byte) 3);

      ours.fill(0, SIZE, (byte) 7);
      assertThat(ours.getLong(0, SIZE - Long.BYTES)).isEqualTo(0x0707_0707_0707_0707L);
      assertThat(ours.segment(0).byteSize()).isGreaterThanOrEqualTo(SIZE);

      ours.exchange(3, SIZE, 42);
      assertThat(ours.getLong(3, 0)).isEqualTo(42);
      ours.exchange(1, SIZE, 43);
      assertThat(ours.getLong(1, 0)).isEqualTo(43);

      ours.free(0);
      assertThat(ours.isEmpty(0)).isTrue();
      ours.freeAll();
      theirs.freeAll();
      assertThat(ours.isEmpty(3)).isTrue();
    }
  }

  @Test
  void aWorkloadThatLosesABlockIsFoundOut() {
    Peer peer = PeerKind.RMM_BARE.open();
    peer.blocks(1).allocate(0, SIZE);
    assertThatThrownBy(peer::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("lost 1 blocks");
  }

  @Test
  void everyPeerIsFoundByItsLabel() {
    for (PeerKind kind : PeerKind.values()) {
      assertThat(PeerKind.named(kind.label())).contains(kind);
    }
    assertThat(PeerKind.named("tcmalloc")).isEmpty();
  }

  @Test
  void residentMemoryIsReadInBytes() {
    var memory =
        ProcessMemory.parse("Name:\tjava\nVmHWM:\t  2048 kB\nVmRSS:\t  1536 kB\n", 1 << 20);
    assertThat(memory).isEqualTo(new ProcessMemory(1 << 19, 1 << 20));
    assertThat(ProcessMemory.now().peakBytes()).isPositive();
  }
}
