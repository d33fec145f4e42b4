package io.rmm.allocator;

import io.rmm.allocator.source.LinuxSystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Fills memory with zeros, in the way that is fastest for its size.
 *
 * <p>Up to {@link #MOST_IN_HOLD} only in a hold of a heap that is open. The manager may be closed
 * at any other time, and what it held becomes a mapping that cannot be written to: in code of the
 * JDK that is an error that can be caught, in the C library it is the end of the process.
 */
final class Zeroing {

  /**
   * Up to here, the JDK's stub for {@code fill}, which stores 8 bytes at a time: 6 ns for 192
   * bytes, where the others take 11 and more.
   */
  private static final int MAX_FILL_BYTES = 256;

  /**
   * Up to here, the stub for copies, which copies vectors: 19 ns for 1 KiB, where {@code fill}
   * takes 37.
   */
  private static final int MAX_COPY_BYTES = 4 << 10;

  /**
   * Up to here, the C library's. It needs no room in the first-level cache for what it copies from,
   * and keeps more of what it writes there than a loop of vector stores: the latter takes as long
   * for 16 KiB, 95 ns, and for what is much larger than the cache, but three times as long for
   * three of 16 KiB in turn, where the cache has 48 ({@code fill} takes 560 ns for 16 KiB). Not
   * beyond, since a thread in there reaches no safepoint: some 25 us.
   */
  static final int MOST_IN_HOLD = 1 << 20;

  private static final MemorySegment ZEROS = Arena.global().allocate(MAX_COPY_BYTES, 64);

  private Zeroing() {}

  /** Zeroes {@code bytes} from {@code address} on. */
  static void zero(long address, long bytes) {
    if (bytes <= MAX_FILL_BYTES) {
      LinuxSystemCalls.PROCESS.asSlice(address, bytes).fill((byte) 0);
    } else if (bytes <= MAX_COPY_BYTES) {
      MemorySegment.copy(ZEROS, 0, LinuxSystemCalls.PROCESS, address, bytes);
    } else if (bytes <= MOST_IN_HOLD) {
      LinuxSystemCalls.zero(address, bytes);
    } else {
      zeroMuch(LinuxSystemCalls.PROCESS.asSlice(address, bytes));
    }
  }

  private static void zeroMuch(MemorySegment memory) {
    long words = memory.byteSize() & -Long.BYTES;
    for (long at = 0; at < words; at += Long.BYTES) {
      memory.set(ValueLayout.JAVA_LONG_UNALIGNED, at, 0);
    }
    memory.asSlice(words).fill((byte) 0);
  }
}
