package io.rmm.benchmarks.peer;

import java.lang.foreign.MemorySegment;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Arrow's root allocator over one of its two managers of memory, as it ships. */
final class ArrowPeer extends Peer {

  private final BufferAllocator allocator;

  /**
   * @param manager {@code Unsafe} or {@code Netty}; Arrow reads it once in a process
   */
  ArrowPeer(String manager) {
    System.setProperty("arrow.allocation.manager.type", manager);
    this.allocator = new RootAllocator();
  }

  @Override
  public long pair(int size) {
    ArrowBuf buffer = allocator.buffer(size);
    buffer.setLong(0, 42);
    long address = buffer.memoryAddress();
    buffer.close();
    return address;
  }

  @Override
  public Blocks blocks(int length) {
    return new Buffers(allocator, length);
  }

  @Override
  public void close() {
    allocator.close();
  }

  private static final class Buffers extends HandleBlocks<ArrowBuf> {

    private final BufferAllocator allocator;

    Buffers(BufferAllocator allocator, int length) {
      super(length);
      this.allocator = allocator;
    }

    @Override
    ArrowBuf allocate(int size) {
      return allocator.buffer(size);
    }

    @Override
    void free(ArrowBuf buffer) {
      buffer.close();
    }

    @Override
    void putLong(ArrowBuf buffer, int offset, long value) {
      buffer.setLong(offset, value);
    }

    @Override
    long getLong(ArrowBuf buffer, int offset) {
      return buffer.getLong(offset);
    }

    @Override
    void put(ArrowBuf buffer, int offset, byte value) {
      buffer.setByte(offset, value);
    }

    @Override
    byte get(ArrowBuf buffer, int offset) {
      return buffer.getByte(offset);
    }

    @Override
    MemorySegment segment(ArrowBuf buffer) {
      return AllMemory.SEGMENT.asSlice(buffer.memoryAddress(), buffer.capacity());
    }
  }
}
