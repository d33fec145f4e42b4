package jdk.internal.foreign;

import jdk.internal.access.JavaNioAccess;
import jdk.internal.misc.RmmKind;
import jdk.internal.misc.RmmLimit;
import jdk.internal.misc.RmmProbe;
import jdk.internal.misc.Unsafe;
import jdk.internal.vm.annotation.ForceInline;

/**
 * What frees a segment when its arena closes, in the place of the JDK's own such object: the same,
 * and it counts. Memory of before the agent came has the JDK's, and is freed without being counted.
 */
final class RmmCleanup extends MemorySessionImpl.ResourceList.ResourceCleanup {

  private static final Unsafe UNSAFE = Unsafe.getUnsafe();

  private final long address;
  private final boolean reserved;
  private final long size;
  private final long byteSize;

  /** Set by {@link #add}, without which nobody cleans up. */
  private int kind;

  private Object sample;

  /** With the parameters of the class in {@code SegmentFactories}. */
  RmmCleanup(long address, boolean reserved, long size, long byteSize) {
    this.address = address;
    this.reserved = reserved;
    this.size = size;
    this.byteSize = byteSize;
  }

  /** In the place of {@link MemorySessionImpl#addOrCleanupIfFail}: counts, and does the same. */
  @ForceInline
  static void add(
      MemorySessionImpl session, MemorySessionImpl.ResourceList.ResourceCleanup cleanup) {
    RmmCleanup counted = (RmmCleanup) cleanup;
    int kind = kindOf(session);
    counted.kind = kind;
    counted.sample = RmmProbe.took(kind, counted.size);
    session.addOrCleanupIfFail(counted);
  }

  /**
   * In the place of the method of {@link JavaNioAccess}: refuses before that has reserved anything,
   * as the JDK takes a reservation back only when the memory is freed.
   */
  static void reserveMemory(JavaNioAccess access, long size, long byteSize) {
    RmmLimit.checkRoom(size);
    access.reserveMemory(size, byteSize);
  }

  private static int kindOf(MemorySessionImpl session) {
    if (session instanceof ConfinedSession) {
      return RmmKind.CONFINED;
    }
    if (session instanceof ImplicitSession) {
      return RmmKind.AUTO;
    }
    return session instanceof SharedSession ? RmmKind.SHARED : RmmKind.GLOBAL;
  }

  @Override
  public void cleanup() {
    RmmProbe.gave(kind, size, sample);
    UNSAFE.freeMemory(address);
    if (reserved) {
      AbstractMemorySegmentImpl.NIO_ACCESS.unreserveMemory(size, byteSize);
    }
  }
}
