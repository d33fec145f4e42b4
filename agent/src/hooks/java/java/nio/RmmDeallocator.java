package java.nio;

import jdk.internal.misc.RmmKind;
import jdk.internal.misc.RmmLimit;
import jdk.internal.misc.RmmProbe;
import jdk.internal.misc.Unsafe;
import jdk.internal.ref.Cleaner;
import jdk.internal.vm.annotation.ForceInline;

/**
 * What frees the memory of a direct buffer, in the place of the JDK's own such object: the same,
 * and it counts.
 *
 * <p>That it is an object of another class is how memory of before the agent came is told apart: it
 * has the JDK's, and is freed without being counted. And it knows its size, so no table of
 * addresses is needed.
 *
 * <p>If there is no room for the buffer's cleaner, the buffer's constructor frees the memory by
 * itself, and it is taken off again. Once the cleaner is there nothing may fail, not even at the
 * end of the stack: the constructor would free what the cleaner frees once more.
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

  /** In the place of {@link Cleaner#create}: the same, and what fails is not counted. */
  @ForceInline
  static Cleaner create(Object buffer, Runnable deallocator) {
    try {
      return Cleaner.create(buffer, deallocator);
    } catch (Throwable e) {
      ((RmmDeallocator) deallocator).takeOff();
      throw e;
    }
  }

  private void takeOff() {
    RmmLimit.reserveAnyway(size); // released by the buffer's constructor, and by the next line
    RmmProbe.gave(RmmKind.DIRECT, size, sample);
  }

  /** In the place of {@link Bits#reserveMemory}: within the agent's limit too. */
  @ForceInline
  static void reserveMemory(long size, long capacity) {
    RmmLimit.reserve(size);
    try {
      Bits.reserveMemory(size, capacity);
    } catch (Throwable e) {
      RmmLimit.release(size);
      throw e;
    }
  }

  /** In the place of {@link Bits#unreserveMemory}, where a buffer's constructor fails. */
  static void unreserveMemory(long size, long capacity) {
    Bits.unreserveMemory(size, capacity);
    RmmLimit.release(size);
  }

  @Override
  public void run() {
    RmmProbe.gave(RmmKind.DIRECT, size, sample);
    UNSAFE.freeMemory(address);
    Bits.unreserveMemory(size, capacity);
  }
}
