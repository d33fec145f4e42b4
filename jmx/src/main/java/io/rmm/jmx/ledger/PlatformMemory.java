package io.rmm.jmx.ledger;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;

/**
 * What the platform's own beans say that the JVM has committed; always to be had.
 *
 * @param heap bytes of the Java heap
 * @param metaspace bytes of metaspace, class space included
 * @param code bytes of the code cache
 * @param direct bytes of direct buffers, and of arenas that the garbage collector closes
 */
record PlatformMemory(long heap, long metaspace, long code, long direct) {

  static PlatformMemory now() {
    long metaspace = 0;
    long code = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getName().equals("Metaspace")) {
        metaspace += committed(pool);
      } else if (pool.getName().startsWith("Code")) { // "CodeCache", or one for each "CodeHeap"
        code += committed(pool);
      }
    }
    long direct = 0;
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct")) {
        direct += Math.max(0, pool.getMemoryUsed());
      }
    }
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
    return new PlatformMemory(heap, metaspace, code, direct);
  }

  private static long committed(MemoryPoolMXBean pool) {
    MemoryUsage usage = pool.getUsage(); // null once a pool has gone
    return usage == null ? 0 : usage.getCommitted();
  }
}
