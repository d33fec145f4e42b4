package io.rmm.jfr;

/**
 * Which blocks have their allocation and free recorded, one by one.
 *
 * <p>It decides by what is known at both ends of a block's life, and by nothing else: id, budget,
 * and bytes of the slot (the bytes asked for are forgotten when a block is freed). So the two ends
 * get the same answer as long as the settings stay, and a recording has both or neither. Settings
 * of several recordings are combined to what lets through the most, so that another recording,
 * started or stopped meanwhile, may add blocks but takes none away.
 *
 * <p>Where settings of the two events differ, {@link #acceptsFree} still lets through the free of
 * every block whose allocation is recorded. Frees without an allocation can be told from others;
 * allocations whose frees were left out would look like leaks.
 *
 * <p>Asked for each block while all are traced: reads of fields and a few multiplications, no
 * allocation. Only a list of budgets costs a look-up in a map.
 */
final class TraceFilter {

  /** What the settings of {@code rmm.Allocation} let through. */
  static final TraceFilter ALLOCATIONS = new TraceFilter();

  /** What the settings of {@code rmm.Free} let through. */
  static final TraceFilter FREES = new TraceFilter();

  private volatile long minimumSize;
  private volatile long largestHash = SampleRatio.LARGEST_HASH;
  private volatile BudgetPatterns budgets = BudgetPatterns.ALL;

  /** Sets the bytes of the smallest slot that is let through. */
  void setMinimumSize(long bytes) {
    minimumSize = bytes;
  }

  /** Sets the share of ids that is let through. */
  void setSampleRatio(SampleRatio ratio) {
    largestHash = ratio.largestHash();
  }

  /** Sets the budgets whose blocks are let through. */
  void setBudgets(BudgetPatterns patterns) {
    budgets = patterns;
  }

  /** Tells whether a block is one of those to be recorded. */
  boolean accepts(long blockId, String budget, long blockBytes) {
    return blockBytes >= minimumSize
        && SampleRatio.hash(blockId) <= largestHash
        && budgets.matches(budget);
  }

  /** Tells whether the free of a block is to be recorded. */
  static boolean acceptsFree(
      long blockId, String budget, long blockBytes, boolean allocationsAreRecorded) {
    return FREES.accepts(blockId, budget, blockBytes)
        || (allocationsAreRecorded && ALLOCATIONS.accepts(blockId, budget, blockBytes));
  }
}
