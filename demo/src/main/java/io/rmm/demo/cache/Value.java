package io.rmm.demo.cache;

import io.rmm.allocator.Block;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * A block with a count of those who hold it; the last to let go frees it.
 *
 * <p>A reply may still be on its way out of a block when another client overwrites or deletes the
 * key, or when the key is evicted. {@link Block#share()} alone cannot bridge that: a reader that
 * looked the value up an instant before the last handle was closed would share a dead block, which
 * is a misuse. Here {@link #tryHold()} fails instead, and the reader looks again.
 *
 * <p>The one who makes a value holds it once. All methods may be called by any thread.
 */
public final class Value {

  private static final VarHandle HOLDERS;

  static {
    try {
      HOLDERS = MethodHandles.lookup().findVarHandle(Value.class, "holders", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Block block;

  @SuppressWarnings("FieldMayBeFinal") // written through HOLDERS
  private volatile int holders = 1;

  /** When the value was last used, in ticks of the cache's clock. Races are benign: a hint only. */
  private int lastUse;

  /** Takes over {@code block}, which no database has, so that a reply can be sent from it. */
  public Value(Block block) {
    this(block, 0);
  }

  /** Takes over {@code block}, used last at {@code now} in ticks of the cache's clock. */
  Value(Block block, int now) {
    this.block = block;
    this.lastUse = now;
  }

  /** Returns the number of bytes; known also of a value that is gone. */
  public long byteSize() {
    return block.byteSize();
  }

  /** Returns a view of the bytes, with a position of its own. Only for a holder. */
  public ByteBuffer bytes() {
    return block.asByteBuffer();
  }

  /**
   * Holds the value, so that it stays until {@link #release()}.
   *
   * @return false if it is gone already
   */
  public boolean tryHold() {
    int seen = holders;
    while (seen > 0) {
      int before = (int) HOLDERS.compareAndExchange(this, seen, seen + 1);
      if (before == seen) {
        return true;
      }
      seen = before;
    }
    return false;
  }

  /**
   * Lets the value go, once for each time that it was held.
   *
   * @return whether this was the last holder, so that the block has been freed
   */
  public boolean release() {
    if ((int) HOLDERS.getAndAdd(this, -1) != 1) {
      return false;
    }
    block.close();
    return true;
  }

  void touch(int now) {
    lastUse = now;
  }

  int lastUse() {
    return lastUse;
  }
}
