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
 * <p>Asked for each block while all are traced: reads of fields and a few multiplications, no
 * allocation. Only a list of budgets costs a look-up in a map.
 */
final class TraceFilter {

  /** What the settings in force let through. */
  static final TraceFilter IN_FORCE = new TraceFilter();

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
}
