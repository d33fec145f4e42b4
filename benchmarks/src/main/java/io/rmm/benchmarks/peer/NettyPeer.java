package io.rmm.benchmarks.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * One of Netty's allocators: direct buffers, leak detection and recorder events as shipped, on
 * threads of Netty's own kind, where it is fastest.
 */
final class NettyPeer extends Peer {

  private final ByteBufAllocator allocator;

  NettyPeer(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  @Override
  public long pair(int size) {
    ByteBuf buffer = allocator.directBuffer(size, size);
    buffer.setLong(0, 42);
    long address = buffer.memoryAddress();
    buffer.release();
    return address;
  }

  @Override
  public Blocks blocks(int length) {
    return new Buffers(allocator, length);
  }

  /** What its chunks hold. */
  @Override
  public OptionalLong committedBytes() {
    return OptionalLong.of(
        ((ByteBufAllocatorMetricProvider) allocator).metric().usedDirectMemory());
  }

  private static final class Buffers extends HandleBlocks<ByteBuf> {

    private final ByteBufAllocator allocator;

    Buffers(ByteBufAllocator allocator, int length) {
      super(length);
      this.allocator = allocator;
    }

    @Override
    ByteBuf allocate(int size) {
      return allocator.directBuffer(size, size);
    }

    @Override
    void free(ByteBuf buffer) {
      buffer.release();
    }

    @Override
    void putLong(ByteBuf buffer, int offset, long value) {
      buffer.setLong(offset, value);
    }

    @Override
    long getLong(ByteBuf buffer, int offset) {
      return buffer.getLong(offset);
    }

    @Override
    void put(ByteBuf buffer, int offset, byte value) {
      buffer.setByte(offset, value);
    }

    @Override
    byte get(ByteBuf buffer, int offset) {
      return buffer.getByte(offset);
    }

    @Override
    MemorySegment segment(ByteBuf buffer) {
      return AllMemory.SEGMENT.asSlice(buffer.memoryAddress(), buffer.capacity());
    }
  }
}
