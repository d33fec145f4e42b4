package java.nio;

import jdk.internal.misc.RmmKind;
import jdk.internal.misc.RmmProbe;
import jdk.internal.misc.Unsafe;

/**
 * What frees the memory of a direct buffer, in the place of the JDK's own such object: the same,
 * and it counts.
 *
 * <p>That it is an object of another class is how memory of before the agent came is told apart: it
 * has the JDK's, and is freed without being counted. And it knows its size, so no table of
 * addresses is needed.
 *
 * <p>If the Java heap has no room for the buffer's cleaner after there was room for this, the
 * buffer's constructor frees the memory by itself: then it stays counted.
 */
final class RmmDeallocator implements Runnable {

  private static final Unsafe UNSAFE = Unsafe.getUnsafe();

  private final long address;
  private final long size;
  private final int capacity;
  private final Object sample;

  /** With the parameters of {@code DirectByteBuffer.Deallocator}. */
  RmmDeallocator(long address, long size, int capacity) {
    this.address = address;
    this.size = size;
    this.capacity = capacity;
    this.sample = RmmProbe.took(RmmKind.DIRECT, size);
  }

  @Override
  public void run() {
    RmmProbe.gave(RmmKind.DIRECT, size, sample);
    UNSAFE.freeMemory(address);
    Bits.unreserveMemory(size, capacity);
  }
}
