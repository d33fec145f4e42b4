package io.rmm.demo.redis;

import io.netty.buffer.ByteBuf;
import io.rmm.allocator.Block;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One argument of a request, filled chunk by chunk as it arrives: a word on the heap, or a value in
 * a block.
 */
final class Argument implements AutoCloseable {

  /** Words grow from here as their bytes arrive: a length alone must not cost memory. */
  private static final int FIRST_ROOM = 1 << 10;

  private final int limit;
  private byte[] word;
  private int length;
  private @Nullable Block block;
  private final @Nullable ByteBuffer sink;

  private Argument(int limit, byte[] word, @Nullable Block block) {
    this.limit = limit;
    this.word = word;
    this.block = block;
    this.sink = block == null ? null : block.asByteBuffer();
  }

  /** Makes a word that keeps the first {@code limit} bytes of what is appended. */
  static Argument word(int limit) {
    return new Argument(limit, new byte[Math.min(limit, FIRST_ROOM)], null);
  }

  /** Makes a value in {@code block}, which the argument owns until it is taken. */
  static Argument value(Block block) {
    return new Argument(0, new byte[0], block);
  }

  void append(ByteBuf chunk) {
    if (sink != null) {
      int bytes = chunk.readableBytes();
      chunk.getBytes(chunk.readerIndex(), sink.limit(sink.position() + bytes));
      return;
    }
    int kept = Math.min(chunk.readableBytes(), limit - length);
    if (length + kept > word.length) {
      word = Arrays.copyOf(word, Math.min(limit, Math.max(length + kept, 2 * word.length)));
    }
    chunk.getBytes(chunk.readerIndex(), word, length, kept);
    length += kept;
  }

  /** Returns the bytes of a word. */
  byte[] bytes() {
    return length == word.length ? word : Arrays.copyOf(word, length);
  }

  /** Returns the block of a value, which stays with the argument. */
  Block block() {
    if (block == null) {
      throw new IllegalStateException("not a value, or taken already");
    }
    return block;
  }

  /** Returns the block of a value, which is the caller's from now on. */
  Block takeBlock() {
    Block taken = block();
    block = null;
    return taken;
  }

  /** Frees the block, unless it was taken. */
  @Override
  public void close() {
    if (block != null) {
      block.close();
      block = null;
    }
  }
}
