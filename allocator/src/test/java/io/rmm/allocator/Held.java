package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Something held: a block with its handles, a detached block, or a segment of an arena. */
final class Held {
  final MemorySegment memory;
  final int sizeClass;
  final long requested;
  final long slotBytes;
  final byte stamp;
  final BudgetNode budget;
  final List<Block> handles = new ArrayList<>();
  boolean everShared;

  /** 0 unless the block is to be freed by address. */
  long detached;

  /** Whether this is a segment of an arena. */
  boolean inArena() {
    return handles.isEmpty() && detached == 0;
  }

  Held(MemorySegment memory, int sizeClass, long slotBytes, byte stamp, BudgetNode budget) {
    this.memory = memory;
    this.sizeClass = sizeClass;
    this.requested = memory.byteSize();
    this.slotBytes = slotBytes;
    this.stamp = stamp;
    this.budget = budget;
    stamp();
  }

  private void stamp() {
    for (long i = 0; i < memory.byteSize(); i += step(i)) {
      memory.set(ValueLayout.JAVA_BYTE, i, (byte) (stamp + i));
    }
  }

  void checkStamp() {
    for (long i = 0; i < memory.byteSize(); i += step(i)) {
      assertThat(memory.get(ValueLayout.JAVA_BYTE, i))
          .as("byte %d of %d", i, memory.byteSize())
          .isEqualTo((byte) (stamp + i));
    }
  }

  /** Every byte at both ends, and some in between. */
  private long step(long i) {
    long rest = memory.byteSize() - i;
    return i < 64 || rest <= 64 ? 1 : Math.min(1009, rest - 64);
  }
}
