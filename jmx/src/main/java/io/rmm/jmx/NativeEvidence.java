package io.rmm.jmx;

/**
 * A source that knows of the process's native memory what the ledger cannot find out by itself: an
 * agent.
 */
public interface NativeEvidence {

  /** It is not known. */
  long UNKNOWN = -1;

  /** Takes blocks in. */
  @FunctionalInterface
  interface Blocks {

    /**
     * Takes a block in.
     *
     * @param budget the budget that it counts in
     */
    void add(String budget, long address, long bytes);
  }

  /**
   * Tells at which addresses others hold memory, in any order: so that what of it is resident can
   * be counted page by page, where its size says little. Blocks that come or go meanwhile may be
   * missing, or be told with another size. Addresses go no further than the ledger.
   *
   * @param leastBytes the size from which on they are told
   * @param most how many are told at the most
   */
  void tellBlocks(long leastBytes, int most, Blocks to);

  /**
   * Returns the bytes that were freed and that the C library keeps for the next {@code malloc}, or
   * {@link #UNKNOWN}. Threads that take memory there wait meanwhile: some 0.2 us for each free
   * piece.
   */
  long bytesFreeInMalloc();
}
