package io.rmm.allocator.source;

/**
 * Address space of which nobody may touch what has not been opened: an access raises SIGBUS, which
 * Java code gets as an {@link InternalError} and native code does not survive.
 */
public interface GuardPages {

  /** Returns the bytes of a page, which everything here is a multiple of. */
  long pageSize();

  /**
   * Reserves a range, all of it sealed, for as long as the process lives.
   *
   * @return the first address
   * @throws SystemCallException if the operating system refuses
   * @throws UnsupportedOperationException if there is nothing to seal it with
   */
  long reserve(long bytes);

  /**
   * Puts memory, zeroed, behind a part of a reserved range.
   *
   * @throws SystemCallException if the operating system refuses; then the part may be neither
   *     opened nor sealed
   */
  void open(long address, long bytes);

  /**
   * Seals a part again, and gives its memory back.
   *
   * @throws SystemCallException if the operating system refuses; then the part may be neither
   *     opened nor sealed
   */
  void seal(long address, long bytes);
}
