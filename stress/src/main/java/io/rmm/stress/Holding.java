package io.rmm.stress;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.MemoryManager;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A block that somebody holds, with its handles or by its address, and with known contents. */
final class Holding {

  /** Bytes at either end that are written and looked at; all of a smaller block. */
  private static final long EDGE = 64;

  final Budget budget;
  final long bytes;
  private final MemorySegment memory;
  private final byte stamp;
  private final List<Block> handles = new ArrayList<>();
  private boolean everShared;
  private long address;

  /** Takes {@code block} over and writes to it. */
  Holding(Block block) {
    this.budget = block.budget();
    this.bytes = block.byteSize();
    this.memory = block.segment();
    this.stamp = (byte) (block.id() * 31 + 7);
    handles.add(block);
    stamp(memory, stamp);
  }

  /** Writes {@code stamp} to both ends of {@code memory}. */
  static void stamp(MemorySegment memory, byte stamp) {
    long edge = Math.min(EDGE, memory.byteSize());
    memory.asSlice(0, edge).fill(stamp);
    memory.asSlice(memory.byteSize() - edge, edge).fill(stamp);
  }

  /** Checks that both ends of {@code memory} have {@code stamp} in every byte. */
  static void check(MemorySegment memory, byte stamp) {
    long bytes = memory.byteSize();
    long edge = Math.min(EDGE, bytes);
    for (long i = 0; i < edge; i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, i) != stamp
          || memory.get(ValueLayout.JAVA_BYTE, bytes - 1 - i) != stamp) {
        throw new Violation("byte " + i + " from an end of a block of " + bytes + " has changed");
      }
    }
  }

  boolean isResizable() {
    return address == 0 && !everShared;
  }

  void share() {
    if (address == 0) {
      handles.add(handles.getLast().share());
      everShared = true;
    }
  }

  /** Gives the handle up for the address, if there is but one. */
  void detach() {
    if (isResizable()) {
      address = handles.removeLast().detach();
    }
  }

  /** Returns what holds the block after it was resized; this one is at its end. */
  Holding resize(long newBytes) {
    check(memory, stamp);
    Block resized = handles.getLast().resize(newBytes);
    long edge = Math.min(EDGE, Math.min(bytes, newBytes));
    check(resized.segment().asSlice(0, edge), stamp);
    return new Holding(resized);
  }

  /** Checks the contents and frees the block. */
  void free(MemoryManager manager) {
    check(memory, stamp);
    if (address != 0) {
      manager.free(address);
    } else {
      handles.forEach(Block::close);
    }
  }
}
