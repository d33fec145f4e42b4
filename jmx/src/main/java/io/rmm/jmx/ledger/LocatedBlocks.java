package io.rmm.jmx.ledger;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.log.Log;
import io.rmm.jmx.NativeEvidence;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that an agent knows by their addresses, and what of them is resident.
 *
 * <p>Of memory from {@code malloc}, {@code mmap} and {@code Unsafe} it is known how much was asked
 * for, and that is no measure of what is resident: nobody has filled it. So of blocks of some size
 * the pages are looked at. Smaller ones share their pages with others, and count with their size.
 */
final class LocatedBlocks implements AutoCloseable {

  /** Sixteen pages: the two at its ends are then a small part of a block. */
  private static final long LEAST_BYTES = 64L << 10;

  /** To look at as many takes some 50 ms of a processor. */
  private static final int MOST = 1 << 15;

  private static final Map<String, Purpose> PURPOSES =
      Map.of(
          Seen.UNSAFE, Purpose.ARENAS,
          Seen.MALLOC, Purpose.DOWNCALLS,
          Seen.MMAP, Purpose.DOWNCALLS);

  /** What becomes of a part of a mapping. */
  interface Taker {

    /**
     * Takes a part.
     *
     * @param extent how long it is
     */
    void take(Purpose purpose, long extent, long resident);
  }

  private record Block(long start, long end, Purpose purpose) {}

  private final List<Block> blocks = new ArrayList<>();
  private final Map<String, Long> bytes = new HashMap<>();
  private @Nullable PageTable pages;

  /** Finds the blocks that {@code sources} know; none if their pages cannot be looked at. */
  LocatedBlocks(Path processFolder, Collection<MemorySource> sources) {
    for (MemorySource source : sources) {
      if (source instanceof NativeEvidence evidence) {
        evidence.tellBlocks(LEAST_BYTES, MOST, this::add);
      }
    }
    if (!blocks.isEmpty()) {
      try {
        pages = new PageTable(processFolder);
        blocks.sort(Comparator.comparingLong(Block::start)); // user addresses are not negative
      } catch (IOException e) {
        Log.logger("io.rmm.jmx")
            .log(Level.DEBUG, "It cannot be found out which pages are in memory", e);
        forget();
      }
    }
  }

  private void add(String budget, long address, long length) {
    Purpose purpose = PURPOSES.get(budget);
    if (purpose != null) {
      blocks.add(new Block(address, address + length, purpose));
      bytes.merge(budget, length, Long::sum);
    }
  }

  /** Goes on as if no block were known. */
  void forget() {
    blocks.clear();
    bytes.clear();
  }

  /** Returns how long the blocks are that count in {@code budget}. */
  long bytesOf(String budget) {
    return bytes.getOrDefault(budget, 0L);
  }

  /** Hands on the parts of {@code mapping} that are blocks. */
  void takeFrom(Mapping mapping, Taker taker) {
    for (int i = firstEndingAfter(mapping.start()); i < blocks.size(); i++) {
      Block block = blocks.get(i);
      if (block.start >= mapping.end()) {
        return;
      }
      long start = Math.max(block.start, mapping.start());
      long end = Math.min(block.end, mapping.end());
      taker.take(block.purpose, end - start, resident(mapping, start, end));
    }
  }

  /** Blocks do not overlap, so they end in the order in which they start. */
  private int firstEndingAfter(long address) {
    int low = 0;
    int high = blocks.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (blocks.get(middle).end > address) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private long resident(Mapping mapping, long start, long end) {
    if (mapping.resident() == mapping.extent()) {
      return end - start;
    }
    try {
      return mapping.resident() == 0 || pages == null ? 0 : pages.resident(start, end);
    } catch (IOException e) {
      return 0; // it has gone
    }
  }

  @Override
  public void close() {
    if (pages != null) {
      try {
        pages.close();
      } catch (IOException e) {
        Log.logger("io.rmm.jmx").log(Level.DEBUG, "A file that was read cannot be closed", e);
      }
    }
  }
}
