package io.rmm.demo.redis;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.rmm.demo.cache.Value;

/**
 * A value as Netty writes it: the block itself, not a copy. The value is let go when Netty has sent
 * the last byte, or has given up on the connection.
 */
final class ValueBuf extends UnpooledDirectByteBuf {

  private final Value value;

  /** Wraps {@code value}, which is held by the buffer from now on. */
  ValueBuf(ByteBufAllocator allocator, Value value) {
    super(allocator, value.bytes(), Math.toIntExact(value.byteSize()));
    this.value = value;
  }

  @Override
  protected void deallocate() {
    super.deallocate();
    value.release();
  }
}
