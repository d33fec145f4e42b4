package io.rmm.allocator.heap;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * The eight bytes that betray who wrote past a block: what stands in them, and what damage to them
 * means.
 *
 * <p><b>Two of them.</b> One stands right behind the bytes that were asked for; it is written when
 * the block is allocated, and compared when it is freed. The other takes the last eight bytes of
 * every slot of the small classes, where no block ever reaches; it is written before the slot is
 * used for the first time, and stays there, so that a sweep may look at it whenever it likes,
 * whatever becomes of the slot meanwhile. It finds what was written so far behind a block that it
 * left the first canary alone, what was written behind blocks that are never freed, and what was
 * written before the block in the next slot. Where a block nearly fills its slot, the two overlap.
 *
 * <p><b>The value</b> is a pattern of the page, a hash of its address and of a key that is drawn
 * once a process, repeated every eight bytes and turned by the slot's number. It depends on where
 * it stands and on nothing else: canaries that overlap agree; to write one again does no harm, and
 * a sweep needs no lock to compare. A copy of another block with its canary is no canary here,
 * unless it is of the same page and its number differs by a multiple of eight. No byte is ever 0:
 * the commonest overrun of all is the byte 0 behind a string. So one stray byte goes unnoticed once
 * in 256 times if it is any byte, and never if it is 0; eight of them practically never.
 *
 * <p><b>Cost.</b> A store and a load a pair, on a cache line that the program's own data share or
 * border on, and a rotation for each. Tried: a hash of each slot's address, without the page's
 * pattern, which no copy defeats. It took 12 ns a pair where this takes 5; docs/decisions/0018.
 */
public final class Canary {

  /** Bytes of one. */
  public static final int BYTES = Long.BYTES;

  /** The first byte in memory is the lowest, so that damage is counted alike on all machines. */
  static final ValueLayout.OfLong LAYOUT =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Not a secret that must withstand an attacker who reads memory, so no secure generator, which
   * would cost the start some milliseconds.
   */
  private static final long KEY = new SplittableRandom().nextLong();

  /** An odd number whose bits look random: 2^64 divided by the golden ratio. */
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

  private Canary() {}

  /** With it no byte is 0. Any byte but one still differs, if that one is odd. */
  private static final long NO_ZERO = 0x0101_0101_0101_0101L;

  /** Returns the pattern of the page at {@code address}. */
  static long pattern(long address) {
    // The high bytes of a product depend on all bits of its factors: they are to be the low ones,
    // which most overruns meet first.
    return Long.reverseBytes((address ^ KEY) * MIX) | NO_ZERO;
  }

  /** Returns what a canary holds at {@code offset} in {@code slot} of a page with that pattern. */
  static long of(long pattern, int slot, long offset) {
    return Long.rotateRight(pattern, ((int) offset + slot) << 3);
  }

  /** Returns the number of bytes that differ, given the exclusive or of what is and should be. */
  public static int damagedBytes(long damage) {
    int bytes = 0;
    for (long rest = damage; rest != 0; rest >>>= Byte.SIZE) {
      bytes += (rest & 0xFF) == 0 ? 0 : 1;
    }
    return bytes;
  }

  /** Returns the first byte that differs. */
  public static int firstDamagedByte(long damage) {
    return Long.numberOfTrailingZeros(damage) / Byte.SIZE;
  }
}
