package jdk.internal.foreign;

import jdk.internal.misc.RmmProbe;
import jdk.internal.misc.ScopedMemoryAccess;

/** What the JDK calls in the place of its own methods when a shared arena is opened or closed. */
public final class RmmArenas {

  private RmmArenas() {}

  /** As {@link MemorySessionImpl#createShared}. */
  public static MemorySessionImpl createShared() {
    RmmProbe.openedShared();
    return MemorySessionImpl.createShared();
  }

  /** As {@link ScopedMemoryAccess#closeScope}, which has every thread stop for a moment. */
  static void closeScope(
      ScopedMemoryAccess access,
      MemorySessionImpl session,
      ScopedMemoryAccess.ScopedAccessError error) {
    long start = System.nanoTime();
    try {
      access.closeScope(session, error);
    } finally {
      RmmProbe.closedShared(System.nanoTime() - start);
    }
  }
}
