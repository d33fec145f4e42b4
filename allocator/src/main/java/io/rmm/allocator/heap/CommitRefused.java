package io.rmm.allocator.heap;

/**
 * More memory would have to be committed than the root budget allows. Internal: becomes an {@code
 * AllocationRejectedException} where the budget that was asked is known.
 */
public final class CommitRefused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long committed;
  private final long limit;

  CommitRefused(long committed, long limit) {
    super("commit limit", null, false, false);
    this.committed = committed;
    this.limit = limit;
  }

  /** Returns what was committed. */
  public long committed() {
    return committed;
  }

  /** Returns the limit. */
  public long limit() {
    return limit;
  }
}
