package io.rmm.allocator.signal;

/** The keys by which points of one metric, and log events, are told apart. */
public final class Attributes {

  /** The scope of all meters and loggers. */
  public static final String SCOPE = "io.rmm";

  /** The source's name. */
  public static final String MANAGER_NAME = "rmm.manager.name";

  /** The budget's path. */
  public static final String BUDGET_NAME = "rmm.budget.name";

  /** The kind of misuse in lower case, for example {@code double_free}. */
  public static final String MISUSE_KIND = "rmm.misuse.kind";

  /** The knob's id. */
  public static final String TUNING_KNOB = "rmm.tuning.knob";

  /** What was decided, in lower case. */
  public static final String TUNING_VERDICT = "rmm.tuning.verdict";

  /** The block's id; log events only. */
  public static final String BLOCK_ID = "rmm.block.id";

  /** Bytes asked for the block; log events only. */
  public static final String BLOCK_SIZE = "rmm.block.size";

  /** Bytes of the slot that the block stands in; log events only. */
  public static final String SLOT_SIZE = "rmm.slot.size";

  /** The block's age in nanoseconds; log events only. */
  public static final String BLOCK_AGE = "rmm.block.age";

  /** The offset in the block at which it was misused, in bytes; log events only. */
  public static final String MISUSE_OFFSET = "rmm.misuse.offset";

  /** How sure a misuse is, in lower case, for example {@code likely}; log events only. */
  public static final String MISUSE_CONFIDENCE = "rmm.misuse.confidence";

  /** How many misuses there were so far of the kind, with the same sites; log events only. */
  public static final String MISUSE_OCCURRENCES = "rmm.misuse.occurrences";

  /** The manager's safety mode, in lower case; log events only. */
  public static final String SAFETY_MODE = "rmm.safety.mode";

  /** Where a block was allocated; log events only. */
  public static final String ALLOCATION_SITE = "rmm.site.allocation";

  /** Where a block was freed; log events only. */
  public static final String FREE_SITE = "rmm.site.free";

  /** Where a misuse was found; log events only. */
  public static final String DETECTION_SITE = "rmm.site.detection";

  /** The name of the thread that allocated a block; log events only. */
  public static final String ALLOCATION_THREAD = "rmm.thread.allocation";

  /** The name of the thread that freed a block; log events only. */
  public static final String FREE_THREAD = "rmm.thread.free";

  /** The thread in which a misuse was found; log events only. */
  public static final String THREAD_NAME = "thread.name";

  /** Bytes that a leak suspect stands for; log events only. */
  public static final String LEAK_WEIGHT = "rmm.leak.weight";

  /** Why a block is suspected; log events only. */
  public static final String LEAK_EVIDENCE = "rmm.leak.evidence";

  /** Bytes asked for in vain; log events only. */
  public static final String REQUESTED_SIZE = "rmm.allocation.size";

  /** The path of the budget that refused; log events only. */
  public static final String REJECTED_BY = "rmm.budget.rejected_by";

  /** What the budget that refused held, in bytes; log events only. */
  public static final String BUDGET_USED = "rmm.budget.used";

  /** The limit that would have been exceeded, in bytes; log events only. */
  public static final String BUDGET_LIMIT = "rmm.budget.limit";

  /** The knob's value before; log events only. */
  public static final String TUNING_OLD_VALUE = "rmm.tuning.old_value";

  /** The knob's value after; log events only. */
  public static final String TUNING_NEW_VALUE = "rmm.tuning.new_value";

  /** The rule that decided; log events only. */
  public static final String TUNING_RULE = "rmm.tuning.rule";

  /** What the tuner was allowed to do, in lower case; log events only. */
  public static final String TUNING_MODE = "rmm.tuning.mode";

  /** What the new value was expected to cost, in nanoseconds a second; log events only. */
  public static final String TUNING_PREDICTED_COST = "rmm.tuning.predicted_cost";

  /** The idle bytes that the new value was expected to keep; log events only. */
  public static final String TUNING_PREDICTED_BYTES = "rmm.tuning.predicted_bytes";

  /** What the new value has cost, in nanoseconds a second; log events only. */
  public static final String TUNING_MEASURED_COST = "rmm.tuning.measured_cost";

  /** The idle bytes that the new value has kept on the mean; log events only. */
  public static final String TUNING_MEASURED_BYTES = "rmm.tuning.measured_bytes";

  /** Whether a decision proved good; log events only. */
  public static final String TUNING_CONFIRMED = "rmm.tuning.confirmed";

  /** How many events of one cause a record stands for; log events only. */
  public static final String EVENT_COUNT = "rmm.event.count";

  /** One sentence for people; log events only. */
  public static final String DETAIL = "rmm.detail";

  private Attributes() {}
}
