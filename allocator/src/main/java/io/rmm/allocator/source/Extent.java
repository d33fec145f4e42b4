package io.rmm.allocator.source;

import java.lang.foreign.MemorySegment;

/** A range of memory that a {@link PageSource} handed out. Its memory reads as 0 at first. */
public interface Extent {

  /** Returns the whole range. */
  MemorySegment memory();

  /**
   * Tells whether the range may be seen through {@link LinuxSystemCalls#PROCESS}, because it has no
   * scope that could be closed.
   */
  boolean isUnscoped();

  /** Returns the address of the first byte. */
  default long address() {
    return memory().address();
  }

  /** Returns the length in bytes. */
  default long bytes() {
    return memory().byteSize();
  }

  /**
   * Gives the memory behind a part of the range back to the operating system. The range stays
   * usable; memory comes back, zeroed, when it is touched.
   *
   * @throws SystemCallException if the operating system refuses
   * @throws UnsupportedOperationException if the source cannot give back parts, since it is not
   *     {@linkplain PageSource#isLazy() lazy}
   */
  void discard(long offset, long bytes);

  /**
   * Gives all memory back for good. A stale view that is read or written afterwards gets an
   * exception or an {@link InternalError}; the process lives.
   *
   * @throws SystemCallException if the operating system refuses
   */
  void retire();
}
