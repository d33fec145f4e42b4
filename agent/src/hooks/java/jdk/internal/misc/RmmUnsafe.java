package jdk.internal.misc;

/** What {@code sun.misc.Unsafe} calls in the place of the methods of {@link Unsafe}. */
public final class RmmUnsafe {

  private RmmUnsafe() {}

  /** As {@link Unsafe#allocateMemory}. */
  public static long allocateMemory(Unsafe unsafe, long bytes) {
    long address = RmmLimit.allocate(unsafe, bytes);
    if (address != 0) {
      RmmProbe.tookAt(RmmKind.UNSAFE, address, bytes);
    }
    return address;
  }

  /** As {@link Unsafe#reallocateMemory}; what is known to be free already is left alone. */
  public static long reallocateMemory(Unsafe unsafe, long address, long bytes) {
    // First the old one: as soon as it is free, another thread may get the same address.
    long entry = address == 0 ? 0 : RmmProbe.gaveAt(address);
    if (entry == RmmAddresses.FREED) {
      RmmProbe.freedTwice(RmmKind.UNSAFE, address);
      return allocateMemory(unsafe, bytes);
    }
    long resized;
    try {
      RmmLimit.reserve(bytes);
      resized = reallocateReserved(unsafe, address, bytes);
    } catch (Throwable e) {
      RmmProbe.tookBack(address, entry);
      throw e;
    }
    if (address != 0 && entry == RmmAddresses.UNKNOWN) {
      RmmProbe.freedUnknown();
    }
    if (resized != 0) {
      RmmProbe.tookAt(RmmKind.UNSAFE, resized, bytes);
    }
    return resized;
  }

  private static long reallocateReserved(Unsafe unsafe, long address, long bytes) {
    try {
      return unsafe.reallocateMemory(address, bytes);
    } catch (Throwable e) {
      RmmLimit.release(bytes);
      throw e;
    }
  }

  /** As {@link Unsafe#freeMemory}; what is known to be free already is left alone. */
  public static void freeMemory(Unsafe unsafe, long address) {
    if (address != 0) {
      long entry = RmmProbe.gaveAt(address);
      if (entry == RmmAddresses.FREED) {
        RmmProbe.freedTwice(RmmKind.UNSAFE, address);
        return;
      }
      if (entry == RmmAddresses.UNKNOWN) {
        RmmProbe.freedUnknown();
      }
    }
    unsafe.freeMemory(address);
  }
}
