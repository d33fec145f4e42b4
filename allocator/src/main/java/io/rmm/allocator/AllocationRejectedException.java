package io.rmm.allocator;

/**
 * A budget refused an allocation. Nothing has changed: after something has been freed, the same
 * call may succeed.
 */
public final class AllocationRejectedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient AllocationRejection rejection;

  /** Makes the exception for {@code rejection}. */
  public AllocationRejectedException(AllocationRejection rejection) {
    super(
        "budget "
            + rejection.budget()
            + " could not allocate "
            + rejection.requestedBytes()
            + " bytes: "
            + rejection.rejectedBy()
            + " holds "
            + rejection.usedBytes()
            + " of "
            + rejection.limitBytes()
            + " bytes");
    this.rejection = rejection;
  }

  /** Returns which budget refused how much, and what it held. */
  public AllocationRejection rejection() {
    return rejection;
  }
}
