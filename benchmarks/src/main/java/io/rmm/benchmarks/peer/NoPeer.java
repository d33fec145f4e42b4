package io.rmm.benchmarks.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * No allocator: every block is the same memory. Shows what a workload costs by itself, its writes
 * included; what is read back is not what was written.
 */
final class NoPeer extends Peer {

  /** Takes the largest block of any workload. */
  static final long MEMORY_BYTES = 32 << 20;

  /** Where all blocks begin; not 0, which is an empty slot. */
  private static final long ADDRESS = 16;

  private final MemorySegment memory;

  NoPeer(long byteSize) {
    this.memory = Arena.global().allocate(byteSize, ADDRESS);
  }

  @Override
  public long pair(int size) {
    memory.set(ValueLayout.JAVA_LONG, ADDRESS, 42);
    return size;
  }

  @Override
  public Blocks blocks(int length) {
    return new Places(memory, length);
  }

  private static final class Places extends AddressBlocks {

    private final MemorySegment memory;

    Places(MemorySegment memory, int length) {
      super(length);
      this.memory = memory;
    }

    @Override
    long allocate(int size) {
      return ADDRESS;
    }

    @Override
    void free(long address) {}

    @Override
    MemorySegment memory() {
      return memory;
    }
  }
}
