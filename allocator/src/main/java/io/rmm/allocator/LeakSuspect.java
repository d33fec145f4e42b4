package io.rmm.allocator;

/**
 * Memory that seems to have leaked.
 *
 * <p>That is, an observed block whose handle, or whose arena, has been collected by the garbage
 * collector although it was never freed: nobody can free it any more. Or a site whose live bytes
 * have grown for many minutes without a fall: then somebody may still free them, and it is advice.
 *
 * @param blockId the block's id; 0 if it is a site
 * @param budget the path of its budget; empty if it is a site
 * @param blockBytes bytes of its slot; 0 if it is a site
 * @param weight the bytes of slots that it stands for, see {@link AllocationSample#weight()}; those
 *     by which it has grown if it is a site
 * @param ageNanos nanoseconds since its allocation, or for which the site has grown
 * @param allocationSite where it was allocated
 * @param evidence why it is suspected: {@link #UNREACHABLE}, {@link #ARENA_NEVER_CLOSED} or {@link
 *     #GROWTH}
 */
public record LeakSuspect(
    long blockId,
    String budget,
    long blockBytes,
    long weight,
    long ageNanos,
    Site allocationSite,
    String evidence) {

  /** The evidence that a block's handle has been collected. */
  public static final String UNREACHABLE = "unreachable";

  /** The evidence that the arena of a block has been collected. */
  public static final String ARENA_NEVER_CLOSED = "arenaNeverClosed";

  /** The evidence that a site's live bytes only grow. */
  public static final String GROWTH = "growth";
}
