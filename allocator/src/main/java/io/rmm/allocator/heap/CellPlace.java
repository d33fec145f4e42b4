package io.rmm.allocator.heap;

/**
 * Whose and what a {@link BudgetCell} is about, and the space that keeps this apart from its
 * counters: threads that free the owner's blocks from afar read the one, while the owner writes the
 * others at every operation. See {@link HoldFlag}.
 */
abstract class CellPlace extends CellPlaceFields {

  @SuppressWarnings("unused")
  private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe, pf;

  CellPlace(ThreadHeap heap, BudgetAccount account, Bin[] bins) {
    super(heap, account, bins);
  }
}

/** See {@link CellPlace}. */
abstract class CellPlaceFields {

  /** The heap whose holder writes here. */
  public final ThreadHeap heap;

  /** The budget that this is about. */
  public final BudgetAccount account;

  /** Those of the heap. Here too, to be found without a look at the heap. */
  final Bin[] bins;

  CellPlaceFields(ThreadHeap heap, BudgetAccount account, Bin[] bins) {
    this.heap = heap;
    this.account = account;
    this.bins = bins;
  }
}
