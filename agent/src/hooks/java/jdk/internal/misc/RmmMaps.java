package jdk.internal.misc;

import java.util.Arrays;

/**
 * Counts what ends of mappings that a program has made by {@code mmap}: a part of one, or of
 * several at once, wherever it lies.
 *
 * <p>A mapping is known by its start. Where the range that ends is not just that of one, those that
 * it meets are looked for among all addresses that are known, which reads the whole table; what
 * stays of them to the left and to the right is known as a mapping of its own then. This takes a
 * lock, so that two threads can each end a part of one mapping.
 */
public final class RmmMaps {

  private static final long[] NOTHING = {};

  private RmmMaps() {}

  /**
   * Counts what is known to be mapped in a range as given back. To be called before it is: as soon
   * as it is, another thread may get the same addresses.
   *
   * @return address and bytes of each part, for {@link #putBack}
   */
  public static synchronized long[] cut(long address, long bytes) {
    long end = address + wholePages(bytes);
    if (bytes <= 0 || end <= address) {
      return NOTHING; // there is no such range, and the call will fail
    }
    long[] parts = NOTHING;
    long start = address; // as a rule it is one mapping, which begins there
    while (start != 0) {
      long entry = RmmProbe.gaveAt(start);
      long stop = start + RmmAddresses.bytes(entry);
      long from = Math.max(start, address);
      long to = Math.min(stop, end);
      if (entry > 0 && (RmmAddresses.kind(entry) != RmmKind.MMAP || from >= to)) {
        RmmProbe.tookBack(start, entry); // another thread took it since it was looked for
      } else if (entry > 0) {
        if (start < from) {
          RmmProbe.tookAt(RmmKind.MMAP, start, from - start);
        }
        if (to < stop) {
          RmmProbe.tookAt(RmmKind.MMAP, to, stop - to);
        }
        parts = append(parts, from, to - from);
        if (from == address && from + wholePages(to - from) == end) {
          break; // that was all of the range
        }
      }
      start = RmmAddresses.meeting(RmmKind.MMAP, address, end);
    }
    return parts;
  }

  /** Counts what {@link #cut} has returned again, as it is still mapped. */
  public static void putBack(long[] parts) {
    for (int i = 0; i < parts.length; i += 2) {
      RmmProbe.tookAt(RmmKind.MMAP, parts[i], parts[i + 1]);
    }
  }

  private static long[] append(long[] parts, long address, long bytes) {
    try {
      long[] more = Arrays.copyOf(parts, parts.length + 2);
      more[parts.length] = address;
      more[parts.length + 1] = bytes;
      return more;
    } catch (OutOfMemoryError e) {
      return parts; // should the call fail, this part is no longer counted
    }
  }

  private static long wholePages(long bytes) {
    long page = Unsafe.getUnsafe().pageSize();
    return (bytes + page - 1) & -page;
  }
}
