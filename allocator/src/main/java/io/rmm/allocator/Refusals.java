package io.rmm.allocator;

import io.rmm.allocator.heap.BudgetAccount;
import io.rmm.allocator.heap.CommitRefused;
import io.rmm.allocator.source.Mappings;
import io.rmm.allocator.source.NoAddressSpaceException;
import io.rmm.allocator.source.SystemCallException;

/**
 * What a caller gets who cannot have memory: the rejection by a budget, which listeners hear of, or
 * the error that says what the operating system lacks.
 */
final class Refusals {

  /** Says inside a hold that {@code account} refuses; becomes a rejection outside of it. */
  static final class Refused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    final transient BudgetAccount account;

    Refused(BudgetAccount account) {
      super("refused", null, false, false);
      this.account = account;
    }
  }

  private final Engine engine;

  Refusals(Engine engine) {
    this.engine = engine;
  }

  /**
   * Turns what a refill failed with into what the caller gets. Without a pattern switch, which the
   * JVM would have to link by classes made on the spot, when memory or stack may have run out.
   */
  RuntimeException translate(Throwable failure, BudgetNode asked, long byteSize) {
    if (failure instanceof Refused refused) {
      return reject(asked, refused.account, byteSize);
    }
    if (failure instanceof CommitRefused refused) {
      return reject(asked, engine.budgets().root(), byteSize, refused.committed(), refused.limit());
    }
    if (failure instanceof NoAddressSpaceException cause) {
      OutOfMemoryError error = new OutOfMemoryError(cause.getMessage());
      error.initCause(cause);
      throw error;
    }
    if (failure instanceof OutOfMemoryError error) {
      throw explain(error);
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return (RuntimeException) failure;
  }

  /** Tells a want of mappings, which the operating system calls one of memory, from the latter. */
  private OutOfMemoryError explain(OutOfMemoryError error) {
    if (!(error.getCause() instanceof SystemCallException cause)
        || cause.errno() != SystemCallException.ENOMEM) {
      return error;
    }
    Mappings mappings = engine.source().exhaustedMappings();
    if (mappings == null) {
      return error;
    }
    OutOfMemoryError explained =
        new OutOfMemoryError(
            mappings.advice()
                + "; "
                + cause.getMessage()
                + "; RMM has committed "
                + engine.pool().committedBytes()
                + " of "
                + engine.pool().reservedBytes()
                + " reserved bytes");
    explained.initCause(cause);
    return explained;
  }

  /**
   * Rejects an allocation that was asked of {@code asked}, for which {@code refuser} has no room.
   */
  RuntimeException reject(BudgetNode asked, BudgetAccount refuser, long byteSize) {
    return reject(
        asked, (BudgetNode) refuser, byteSize, refuser.chargedBytes(), refuser.limits().hard());
  }

  private RuntimeException reject(
      BudgetNode asked, BudgetNode refuser, long byteSize, long used, long limit) {
    asked.countRejection();
    engine.pressure().noteRefusal(refuser);
    AllocationRejection rejection =
        new AllocationRejection(asked.path(), refuser.path(), byteSize, used, limit);
    engine.listeners().tell(listener -> listener.onRejection(rejection));
    return new AllocationRejectedException(rejection);
  }
}
