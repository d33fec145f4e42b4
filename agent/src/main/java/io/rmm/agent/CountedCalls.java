package io.rmm.agent;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.internal.misc.RmmKind;
import jdk.internal.misc.RmmMaps;
import jdk.internal.misc.RmmProbe;
import jdk.internal.misc.Unsafe;
import org.jspecify.annotations.Nullable;

/**
 * What the handles of {@link CFunction} call besides the C library's function of the same name.
 *
 * <p>A handle that a program has linked stays when the agent ends, and is the same for the next
 * one. While there is none, nothing is counted.
 */
final class CountedCalls {

  private static final Unsafe UNSAFE = Unsafe.getUnsafe();

  private static final long MAP_FAILED = -1;

  /** What was mapped there is no more. The same on Linux, macOS and BSD. */
  private static final int MAP_FIXED = 0x10;

  /** Of Linux, which alone has {@code mremap} in this form. */
  private static final int MREMAP_FIXED = 2;

  private static final int MREMAP_DONTUNMAP = 4;

  private static final long[] NOTHING = {};

  private CountedCalls() {}

  private static void took(int kind, long address, long bytes) {
    if (RmmProbe.isOpen()) {
      RmmProbe.tookAt(kind, address, bytes);
    }
  }

  private static long[] cut(long address, long bytes) {
    return RmmProbe.isOpen() ? RmmMaps.cut(address, bytes) : NOTHING;
  }

  // ---- with the result, and the arguments ----

  static void malloc(long address, long bytes) {
    if (address != 0) {
      took(RmmKind.MALLOC, address, bytes);
    }
  }

  static void calloc(long address, long count, long bytes) {
    malloc(address, count * bytes); // which does not overflow, or there were no memory
  }

  static void alignedAlloc(long address, long alignment, long bytes) {
    malloc(address, bytes);
  }

  static void posixMemalign(int failure, long pointer, long alignment, long bytes) {
    if (failure == 0) {
      malloc(UNSAFE.getLong(pointer), bytes);
    }
  }

  static void posixMemalign(int failure, MemorySegment pointer, long alignment, long bytes) {
    if (failure != 0) {
      return;
    }
    if (pointer.isNative() && pointer.byteSize() == 0) { // from C, where it has no size
      posixMemalign(failure, pointer.address(), alignment, bytes);
      return;
    }
    try {
      malloc(pointer.get(ValueLayout.JAVA_LONG_UNALIGNED, 0), bytes);
    } catch (IllegalStateException | IndexOutOfBoundsException e) {
      // Closed by another thread meanwhile, or too short: the program cannot read it either.
    }
  }

  static void mmap(
      long mapped, long address, long bytes, int protection, int flags, int file, long position) {
    if (mapped != MAP_FAILED) {
      if ((flags & MAP_FIXED) != 0) {
        long[] _ = cut(mapped, bytes);
      }
      took(RmmKind.MMAP, mapped, bytes);
    }
  }

  // ---- before, with the arguments; and after, with what that returned besides ----

  static long beforeFree(long address) {
    return address == 0 || !RmmProbe.isOpen() ? 0 : RmmProbe.gaveAt(address);
  }

  /** What throws is the linker, of an argument that is no memory any more: it frees nothing. */
  static void afterFree(@Nullable Throwable thrown, long entry, long address) {
    if (thrown != null) {
      RmmProbe.tookBack(address, entry);
    }
  }

  static long beforeRealloc(long address, long bytes) {
    return beforeFree(address);
  }

  static void afterRealloc(
      @Nullable Throwable thrown, long resized, long entry, long address, long bytes) {
    if (thrown != null) {
      RmmProbe.tookBack(address, entry);
    } else if (resized != 0) {
      took(RmmKind.MALLOC, resized, bytes);
    } else if (bytes != 0) {
      RmmProbe.tookBack(address, entry); // it failed, and the old memory is still there
    }
  }

  static long beforeReallocarray(long address, long count, long bytes) {
    return beforeFree(address);
  }

  static void afterReallocarray(
      @Nullable Throwable thrown, long resized, long entry, long address, long count, long bytes) {
    boolean overflows = Math.unsignedMultiplyHigh(count, bytes) != 0; // then it fails
    afterRealloc(thrown, resized, entry, address, overflows ? -1 : count * bytes);
  }

  static long[] beforeMunmap(long address, long bytes) {
    return cut(address, bytes);
  }

  static void afterMunmap(
      @Nullable Throwable thrown, int failure, long[] cut, long address, long bytes) {
    if (thrown != null || failure != 0) {
      RmmMaps.putBack(cut);
    }
  }

  static long[] beforeMremap(long address, long bytes, long newBytes, int flags) {
    boolean stays = bytes == 0 || (flags & MREMAP_DONTUNMAP) != 0;
    return cut(address, stays ? 0 : bytes);
  }

  static long[] beforeMremap(long address, long bytes, long newBytes, int flags, long wanted) {
    return beforeMremap(address, bytes, newBytes, flags);
  }

  static void afterMremap(
      @Nullable Throwable thrown,
      long mapped,
      long[] cut,
      long address,
      long bytes,
      long newBytes,
      int flags) {
    if (thrown != null || mapped == MAP_FAILED) {
      RmmMaps.putBack(cut);
      return;
    }
    if ((flags & MREMAP_FIXED) != 0) {
      long[] _ = cut(mapped, newBytes);
    }
    took(RmmKind.MMAP, mapped, newBytes);
  }

  static void afterMremap(
      @Nullable Throwable thrown,
      long mapped,
      long[] cut,
      long address,
      long bytes,
      long newBytes,
      int flags,
      long wanted) {
    afterMremap(thrown, mapped, cut, address, bytes, newBytes, flags);
  }
}
