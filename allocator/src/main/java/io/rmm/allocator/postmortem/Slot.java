package io.rmm.allocator.postmortem;

/**
 * A guarded block and its pages. The addresses are for the private file alone.
 *
 * @param start the first address of its pages, behind a guard page
 * @param end the address behind its pages, where a guard page begins
 * @param address that of the block's first byte
 * @param blockId the block's id
 * @param byteSize the bytes asked for
 */
public record Slot(long start, long end, long address, long blockId, long byteSize) {

  /** Returns the bytes of the pages. */
  public long pageBytes() {
    return end - start;
  }

  /** Returns the address behind the block's last byte. */
  public long blockEnd() {
    return address + byteSize;
  }

  @Override
  public String toString() {
    return "Slot[block=" + blockId + ", byteSize=" + byteSize + "]";
  }
}
