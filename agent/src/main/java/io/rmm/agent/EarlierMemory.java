package io.rmm.agent;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was taken before a late agent came, as far as the JDK knows: direct buffers with automatic
 * arenas, and mapped files. Of other arenas, of {@code Unsafe} and of C functions nobody knows.
 */
final class EarlierMemory {

  private EarlierMemory() {}

  /** Returns bytes by kind, as settings to be shown. */
  static Map<String, String> now() {
    Map<String, String> bytes = new LinkedHashMap<>();
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      bytes.put("takenBefore." + pool.getName(), Long.toString(pool.getMemoryUsed()));
    }
    return bytes;
  }
}
