package io.rmm.agent;

import java.util.LinkedHashMap;
import java.util.Map;
import jdk.internal.access.SharedSecrets;
import jdk.internal.misc.Unsafe;
import jdk.internal.misc.VM.BufferPool;
import sun.nio.ch.FileChannelImpl;

/**
 * What was taken before the agent came, as far as the JDK knows: direct buffers with automatic
 * arenas, and mapped files. Of other arenas, of {@code Unsafe} and of C functions nobody knows.
 *
 * <p>It asks the JDK's own pools, as their beans do: the beans would begin the program's logging,
 * see {@link ProgramLogging}.
 */
final class EarlierMemory {

  private EarlierMemory() {}

  /** Returns bytes by kind, as settings to be shown. */
  static Map<String, String> now() {
    Map<String, String> bytes = new LinkedHashMap<>();
    note(SharedSecrets.getJavaNioAccess().getDirectBufferPool(), bytes);
    if (!Unsafe.getUnsafe().shouldBeInitialized(FileChannelImpl.class)) {
      note(FileChannelImpl.getMappedBufferPool(), bytes);
      note(FileChannelImpl.getSyncMappedBufferPool(), bytes);
    }
    return bytes;
  }

  private static void note(BufferPool pool, Map<String, String> bytes) {
    bytes.put("takenBefore." + pool.getName(), Long.toString(pool.getMemoryUsed()));
  }
}
