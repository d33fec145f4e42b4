package io.rmm.benchmarks.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.ResourceLeakDetector;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One of Netty's allocators: direct buffers, leak detection and recorder events as shipped, on
 * threads of Netty's own kind, where it is fastest.
 */
final class NettyPeer extends Peer {

  /** Of the buffers by which tracing is seen to be on. */
  private static final int TRACED_SIZE = 64;

  private final ByteBufAllocator allocator;

  private final @Nullable RunningRecording recording;

  NettyPeer(ByteBufAllocator allocator) {
    this(allocator, null);
  }

  private NettyPeer(ByteBufAllocator allocator, @Nullable RunningRecording recording) {
    this.allocator = allocator;
    this.recording = recording;
  }

  /** Makes one that has each buffer recorded, and nothing else. */
  static NettyPeer traced(ByteBufAllocator allocator) {
    RunningRecording recording = RunningRecording.empty();
    NettyPeer made = new NettyPeer(allocator, recording);
    recording.start();
    recording.trace("io.netty.AllocateBuffer", "io.netty.FreeBuffer", () -> made.pair(TRACED_SIZE));
    return made;
  }

  /** Makes one that watches each buffer for leaks; so does the rest of the process from then on. */
  static NettyPeer paranoid(ByteBufAllocator allocator) {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    return new NettyPeer(allocator);
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

  @Override
  public void close() {
    if (recording != null) {
      recording.close();
    }
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
