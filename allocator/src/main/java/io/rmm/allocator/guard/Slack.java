package io.rmm.allocator.guard;

import io.rmm.allocator.source.LinuxSystemCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * The bytes of a guarded block's pages that are not the block: filled with a pattern when it is
 * handed out, and looked at when it is freed.
 *
 * <p>No byte of the pattern is zero, as an overrun by one is most often the zero that ends a string
 * of C. Which word it is hangs on the block and on a key of the process that stands in no native
 * memory, so that a stray copy of one block's surroundings does not pass for another's. A byte that
 * is overwritten by chance with what stood there goes unnoticed: one in 255.
 */
final class Slack {

  private static final long KEY = new SecureRandom().nextLong();

  private static final long LOW_BITS = 0x0101_0101_0101_0101L;

  /** By address, and so the same whichever the machine's order is. */
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final MemorySegment MEMORY = LinuxSystemCalls.PROCESS;

  private Slack() {}

  /** Returns the word that the slack of a block is filled with: eight bytes, none of them zero. */
  static long pattern(long blockId) {
    // The finaliser of SplitMix64: each bit of the id changes half of the word's.
    long word = KEY + blockId * 0x9E37_79B9_7F4A_7C15L;
    word = (word ^ (word >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    word = (word ^ (word >>> 27)) * 0x94D0_49BB_1331_11EBL;
    word ^= word >>> 31;
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      if (((word >>> shift) & 0xff) == 0) {
        word |= (LOW_BITS & 0xffL << shift) * 0xA5;
      }
    }
    return word;
  }

  /** Fills the addresses from {@code from} to {@code to}. */
  static void fill(long from, long to, long pattern) {
    long at = from;
    for (; at < to && (at & 7) != 0; at++) {
      MEMORY.set(ValueLayout.JAVA_BYTE, at, byteOf(pattern, at));
    }
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      MEMORY.set(WORD, at, pattern);
    }
    for (; at < to; at++) {
      MEMORY.set(ValueLayout.JAVA_BYTE, at, byteOf(pattern, at));
    }
  }

  /** Returns the first address from {@code from} on that is not as it was filled, or {@code to}. */
  static long firstDamaged(long from, long to, long pattern) {
    long at = from;
    while (at < to) {
      if ((at & 7) == 0 && at + Long.BYTES <= to && MEMORY.get(WORD, at) == pattern) {
        at += Long.BYTES;
      } else if (isDamaged(at, pattern)) {
        return at;
      } else {
        at++;
      }
    }
    return to;
  }

  /** Returns the last address below {@code to} that is not as it was filled, or less than from. */
  static long lastDamaged(long from, long to, long pattern) {
    long at = to - 1;
    while (at >= from) {
      if ((at & 7) == 7 && at - Long.BYTES + 1 >= from && MEMORY.get(WORD, at - 7) == pattern) {
        at -= Long.BYTES;
      } else if (isDamaged(at, pattern)) {
        return at;
      } else {
        at--;
      }
    }
    return at;
  }

  private static boolean isDamaged(long at, long pattern) {
    return MEMORY.get(ValueLayout.JAVA_BYTE, at) != byteOf(pattern, at);
  }

  private static byte byteOf(long pattern, long address) {
    return (byte) (pattern >>> ((address & 7) * Byte.SIZE));
  }
}
