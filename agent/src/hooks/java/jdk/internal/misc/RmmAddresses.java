package jdk.internal.misc;

import java.util.Arrays;

/**
 * Addresses of live memory, with kind and size: for memory that comes back as an address and
 * nothing else.
 *
 * <p>Open addressing in tables that never move. An address belongs into one of {@value #REACH}
 * neighbouring places, by its hash; if these are all taken, into the next table, which is twice as
 * large. So nothing is ever copied, a reader needs no lock and no retry, and a look-up ends after a
 * known number of steps: in the first table, as a rule, and within two or three lines of the cache.
 *
 * <p>A place is claimed by a compare-and-set of its address from 0, or from that of memory that was
 * freed, which it remembers; the new address stands there only after what is known of it, for those
 * who look for addresses in the whole table. Only whoever frees an address may end it, and only
 * whoever took it may begin it, so two threads meet at one address only if one of them is wrong;
 * the compare-and-set decides which was first.
 */
final class RmmAddresses {

  private static final Unsafe UNSAFE = Unsafe.getUnsafe();

  /** No address that it knows. */
  static final long UNKNOWN = 0;

  /**
   * An address that was taken by {@code sun.misc.Unsafe} and freed, and not taken again since.
   * Those that C functions take are no news: a library may have got the same memory in between.
   */
  static final long FREED = -1;

  /** An address that could not be added, and will be {@link #UNKNOWN}. */
  static final long NO_ROOM = -2;

  /** Places that an address may have: two or three lines of the cache. */
  private static final int REACH = 16;

  /** Places of the first table: 256 KiB. */
  private static final int FIRST_BITS = 14;

  /**
   * The last has 2^27 places: enough for as many addresses as 4 GiB of the smallest blocks have.
   */
  private static final int TABLES = 14;

  /** Addresses that there is room for at first when live ones are listed. */
  private static final int FIRST_FOUND = 64;

  /** The lowest bit of an address, which memory from malloc does not use, marks it as freed. */
  private static final long WAS_FREED = 1;

  /** Stands in a place that was claimed and has no address yet; no memory is there. */
  private static final long CLAIMED = 2;

  private static final int KIND_BITS = 4;
  private static final long KIND_MASK = (1 << KIND_BITS) - 1;
  private static final int SAMPLED = 1 << KIND_BITS;
  private static final int SIZE_SHIFT = KIND_BITS + 1;

  /** Where the tables begin; 0 where there is none yet. Addresses first, then what is known. */
  private static final long[] tables = new long[TABLES];

  private RmmAddresses() {}

  /**
   * Adds an address.
   *
   * @return what was known of it, if it stands there as live: then somebody has freed it who is not
   *     seen; {@link #NO_ROOM} if it could not be added; else {@link #UNKNOWN}
   */
  static long add(long address, int kind, long bytes, boolean sampled) {
    long entry = bytes << SIZE_SHIFT | (sampled ? SAMPLED : 0) | kind;
    long hash = hash(address);
    while (true) {
      long free = 0;
      long freeHolds = 0;
      long toEntry = 0;
      search:
      for (int i = 0; i < TABLES; i++) {
        long table = tables[i] != 0 || free != 0 ? tables[i] : make(i);
        if (table == 0) {
          break;
        }
        long mask = mask(i);
        for (int step = 0; step < REACH; step++) {
          long place = table + ((hash + step & mask) << 3);
          long there = UNSAFE.getLongVolatile(null, place);
          if (there == address) {
            long before = UNSAFE.getLong(place + ((mask + 1) << 3));
            UNSAFE.putLong(place + ((mask + 1) << 3), entry);
            return before;
          }
          boolean wasHere = there == (address | WAS_FREED);
          if (wasHere || (free == 0 && (there == 0 || (there & WAS_FREED) != 0))) {
            free = place;
            freeHolds = there;
            toEntry = (mask + 1) << 3;
          }
          if (wasHere || there == 0) {
            break search; // it is not live beyond: it would have been put here
          }
        }
      }
      if (free == 0) {
        return NO_ROOM;
      }
      if (UNSAFE.compareAndSetLong(null, free, freeHolds, CLAIMED)) {
        UNSAFE.putLong(free + toEntry, entry);
        UNSAFE.putLongRelease(null, free, address & ~WAS_FREED);
        return UNKNOWN;
      }
    }
  }

  /**
   * Removes an address.
   *
   * @return what is known of it, {@link #UNKNOWN}, or {@link #FREED}
   */
  static long remove(long address) {
    long hash = hash(address);
    boolean freed = false;
    for (int i = 0; i < TABLES; i++) {
      long table = tables[i];
      if (table == 0) {
        break;
      }
      long mask = mask(i);
      for (int step = 0; step < REACH; step++) {
        long place = table + ((hash + step & mask) << 3);
        long there = UNSAFE.getLongVolatile(null, place);
        if (there == 0) {
          return freed ? FREED : UNKNOWN; // a place is never 0 again
        }
        if (there == address) {
          long entry = UNSAFE.getLong(place + ((mask + 1) << 3));
          if (UNSAFE.compareAndSetLong(null, place, address, address | WAS_FREED)) {
            return entry;
          }
          there = address | WAS_FREED; // by another thread, a moment ago
        }
        if (there == (address | WAS_FREED)) {
          freed |= kind(UNSAFE.getLong(place + ((mask + 1) << 3))) == RmmKind.UNSAFE;
        }
      }
    }
    return freed ? FREED : UNKNOWN;
  }

  /**
   * Returns live addresses of {@code least} bytes and more, {@code most} at the most: kind, address
   * and bytes of each. One that comes meanwhile may have the size of the one that was in its place.
   */
  static long[] live(long least, int most) {
    long[] found = new long[3 * FIRST_FOUND];
    int length = 0;
    for (int i = 0; i < TABLES && tables[i] != 0; i++) {
      long places = mask(i) + 1;
      long end = tables[i] + (places << 3);
      for (long place = tables[i]; place < end && length < 3 * most; place += Long.BYTES) {
        long address = UNSAFE.getLongVolatile(null, place);
        long entry = UNSAFE.getLong(place + (places << 3));
        if (isLive(address) && bytes(entry) >= least) {
          if (length == found.length) {
            found = Arrays.copyOf(found, 2 * length);
          }
          found[length] = kind(entry);
          found[length + 1] = address;
          found[length + 2] = bytes(entry);
          length += 3;
        }
      }
    }
    return Arrays.copyOf(found, length);
  }

  /**
   * Forgets which addresses were freed. To be called when there was a time in which memory was
   * taken and not seen: it may be at any of them.
   */
  static void forgetFreed() {
    for (int i = 0; i < TABLES && tables[i] != 0; i++) {
      for (long place = 0; place <= mask(i); place++) {
        long at = tables[i] + (place << 3);
        long there = UNSAFE.getLongVolatile(null, at);
        if ((there & WAS_FREED) != 0) {
          // As if the address 0 had been freed there, which nobody asks for.
          UNSAFE.compareAndSetLong(null, at, there, WAS_FREED);
        }
      }
    }
  }

  /**
   * Returns where memory of {@code kind} begins that lies in a range, or in a part of it; 0 if
   * there is none. The place may be another's by the time that it is asked what is known of it.
   */
  static long meeting(int kind, long from, long to) {
    for (int i = 0; i < TABLES && tables[i] != 0; i++) {
      long places = mask(i) + 1;
      long end = tables[i] + (places << 3);
      for (long place = tables[i]; place < end; place += Long.BYTES) {
        long address = UNSAFE.getLongVolatile(null, place);
        if (isLive(address) && address < to) {
          long entry = UNSAFE.getLong(place + (places << 3));
          if (kind(entry) == kind && bytes(entry) > 0 && address + bytes(entry) > from) {
            return address;
          }
        }
      }
    }
    return 0;
  }

  /** Has the live addresses of {@code kind} given back, as their end will not be seen. */
  static void giveBack(int kind) {
    for (int i = 0; i < TABLES && tables[i] != 0; i++) {
      long mask = mask(i);
      for (long place = 0; place <= mask; place++) {
        long at = tables[i] + (place << 3);
        long there = UNSAFE.getLongVolatile(null, at);
        if (isLive(there) && kind(UNSAFE.getLong(at + ((mask + 1) << 3))) == kind) {
          long _ = RmmProbe.gaveAt(there);
        }
      }
    }
  }

  private static boolean isLive(long there) {
    return there > CLAIMED && (there & WAS_FREED) == 0;
  }

  static int kind(long entry) {
    return (int) (entry & KIND_MASK);
  }

  static long bytes(long entry) {
    return entry >>> SIZE_SHIFT;
  }

  static boolean isSampled(long entry) {
    return (entry & SAMPLED) != 0;
  }

  private static long mask(int table) {
    return (1L << FIRST_BITS + table) - 1;
  }

  /** The steps of one address are neighbours, so the hash ends in zeros: they share their lines. */
  private static long hash(long address) {
    return (address >>> 4) * 0x9E3779B97F4A7C15L >>> 20 & -8L;
  }

  private static synchronized long make(int index) {
    if (tables[index] == 0) {
      long bytes = (mask(index) + 1) << 4;
      long table;
      try {
        table = UNSAFE.allocateMemory(bytes);
      } catch (OutOfMemoryError e) {
        return 0;
      }
      UNSAFE.setMemory(table, bytes, (byte) 0);
      UNSAFE.storeFence();
      tables[index] = table;
    }
    return tables[index];
  }
}
