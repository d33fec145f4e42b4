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

  /** Where a block was allocated; log events only. */
  public static final String ALLOCATION_SITE = "rmm.site.allocation";

  /** Where a block was freed; log events only. */
  public static final String FREE_SITE = "rmm.site.free";

  /** Where a misuse was found; log events only. */
  public static final String DETECTION_SITE = "rmm.site.detection";

  /** One sentence for people; log events only. */
  public static final String DETAIL = "rmm.detail";

  private Attributes() {}
}
