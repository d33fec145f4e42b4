package io.rmm.agent;

import jdk.internal.misc.RmmKind;
import jdk.internal.misc.RmmProbe;

/**
 * What the handles of {@link Downcalls} call besides the C library's function of the same name:
 * with what it has returned, before its own arguments, or before it is called, with these.
 */
final class CountedCalls {

  private CountedCalls() {}

  static void malloc(long address, long bytes) {
    if (address != 0) {
      RmmProbe.tookAt(RmmKind.MALLOC, address, bytes);
    }
  }

  static void calloc(long address, long count, long bytes) {
    malloc(address, count * bytes); // which does not overflow, or there were no memory
  }

  static void alignedAlloc(long address, long alignment, long bytes) {
    malloc(address, bytes);
  }

  static void free(long address) {
    if (address != 0) {
      long _ = RmmProbe.gaveAt(address);
    }
  }

  static long beforeRealloc(long address, long bytes) {
    return address == 0 ? 0 : RmmProbe.gaveAt(address);
  }

  static void afterRealloc(long resized, long entry, long address, long bytes) {
    if (resized != 0) {
      RmmProbe.tookAt(RmmKind.MALLOC, resized, bytes);
    } else if (bytes != 0) {
      RmmProbe.tookBack(address, entry); // it failed, and the old memory is still there
    }
  }

  static void mmap(long address, long bytes) {
    if (address != -1) { // MAP_FAILED
      RmmProbe.tookAt(RmmKind.MMAP, address, bytes);
    }
  }

  /** A part of what was mapped may be unmapped; what is known by its start is counted. */
  static void munmap(long address, long bytes) {
    RmmProbe.unmapped(address, bytes);
  }
}
