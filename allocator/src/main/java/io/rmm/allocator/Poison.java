package io.rmm.allocator;

import io.rmm.allocator.heap.Page;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What freed memory holds while it is in quarantine, and what has been written to it since.
 *
 * <p>It is filled by copying from, and looked through by comparing with, constant memory, both by
 * the JDK's stubs for whole vectors. Nothing is made on the Java heap for either: a block must be
 * freed also when there is no room.
 *
 * <p><b>Which pattern.</b> All bytes are {@link #BYTE}, as with jemalloc and hardened_malloc's kin:
 * known by sight in a debugger, odd as a length, and no address that a processor takes, so that
 * native code that follows a stale pointer stops there. It is the same in every process: who writes
 * this very value to freed memory goes unnoticed, but a program that does so by accident is not
 * made less likely by another value.
 *
 * <p>Large memory is filled too. To give it back to the operating system in place of that, so that
 * it reads as zeros, takes four to nine times as long for a pair that uses the block, since the
 * next one has to get it anew page by page.
 */
final class Poison {

  /** What poisoned memory reads as. */
  static final byte BYTE = 0x5a;

  /** Half of the first-level cache of most processors: what is copied from, stays there. */
  private static final int STRIDE = 16 << 10;

  private static final MemorySegment POISON = Arena.global().allocate(STRIDE, 64).fill(BYTE);

  private Poison() {}

  /** Fills {@code slot} of {@code page}, but for the canary at its end. */
  static void fill(Page page, int slot) {
    MemorySegment base = page.base();
    long start = page.offsetInBase(slot);
    for (long at = 0; at < page.usableBytes; at += STRIDE) {
      MemorySegment.copy(POISON, 0, base, start + at, Math.min(STRIDE, page.usableBytes - at));
    }
  }

  /** Returns the offset of the first byte of {@code slot} that is not as it was left, or -1. */
  static long firstDamaged(Page page, int slot) {
    MemorySegment base = page.base();
    long start = page.offsetInBase(slot);
    for (long at = 0; at < page.usableBytes; at += STRIDE) {
      long bytes = Math.min(STRIDE, page.usableBytes - at);
      long from = start + at;
      long found = MemorySegment.mismatch(base, from, from + bytes, POISON, 0, bytes);
      if (found >= 0) {
        return at + found;
      }
    }
    return -1;
  }

  /**
   * Returns what has become of {@code slot}, which is damaged from the offset {@code first} on. By
   * single bytes: a report costs more.
   */
  static Damage damage(Page page, int slot, long first) {
    MemorySegment base = page.base();
    long start = page.offsetInBase(slot);
    long bytes = 0;
    int mask = 0;
    for (long at = first; at < page.usableBytes; at++) {
      if (base.get(ValueLayout.JAVA_BYTE, start + at) != BYTE) {
        bytes++;
        mask |= at - first < Damage.MASKED ? 1 << (at - first) : 0;
      }
    }
    return new Damage(first, bytes, mask);
  }

  /**
   * Where freed memory was written to, without what was written.
   *
   * @param first the offset of the first damaged byte from the block's start
   * @param bytes how many bytes are damaged
   * @param mask which of the {@link #MASKED} bytes from {@code first} on are, as bits
   */
  record Damage(long first, long bytes, int mask) {

    /** The bytes that the mask tells of. */
    static final int MASKED = Integer.SIZE;

    /** Returns the mask as people read it: {@code !} for a damaged byte, {@code .} for another. */
    String picture(long filledBytes) {
      int length = (int) Math.min(MASKED, filledBytes - first);
      StringBuilder picture = new StringBuilder(length);
      for (int i = 0; i < length; i++) {
        picture.append((mask & 1 << i) != 0 ? '!' : '.');
      }
      return picture.toString();
    }
  }
}
