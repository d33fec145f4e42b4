package io.rmm.allocator;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a {@link MemorySource} holds at one moment. Bytes are bytes, counts are counts since the
 * source began.
 *
 * <p>In every snapshot {@code requested <= used <= active <= committed <= reserved}. Whenever no
 * operation is under way, {@code allocatedBytes - freedBytes = usedBytes} and {@code allocations -
 * frees = liveBlocks}, in total, per budget and per size class. Immutable.
 */
public final class MemorySnapshot {

  private final SnapshotValues values;
  private final List<BudgetUsage> budgets;
  private final List<SizeClassUsage> sizeClasses;
  private final Map<MisuseKind, Long> misusesByKind;

  private MemorySnapshot(Builder builder) {
    this.values = builder.values.copy();
    this.budgets = List.copyOf(builder.budgets);
    this.sizeClasses = List.copyOf(builder.sizeClasses);
    this.misusesByKind = Map.copyOf(builder.misusesByKind);
  }

  /** Begins a snapshot with all values 0. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the bytes that callers asked for and hold. */
  public long requestedBytes() {
    return values.requestedBytes;
  }

  /** Returns the bytes of the slots handed out. */
  public long usedBytes() {
    return values.usedBytes;
  }

  /** Returns the bytes of the pages with a live slot. */
  public long activeBytes() {
    return values.activeBytes;
  }

  /** Returns the bytes backed by memory. */
  public long committedBytes() {
    return values.committedBytes;
  }

  /** Returns the bytes of address space. */
  public long reservedBytes() {
    return values.reservedBytes;
  }

  /** Returns committed bytes that no live block needs: committed - active. */
  public long retainedBytes() {
    return values.committedBytes - values.activeBytes;
  }

  /** Returns the highest used bytes so far, as {@link Budget#peakBytes()} of the root has it. */
  public long peakUsedBytes() {
    return values.peakUsedBytes;
  }

  /** Returns the number of live blocks. */
  public long liveBlocks() {
    return values.allocations - values.frees;
  }

  /** Returns the number of allocations so far. */
  public long allocations() {
    return values.allocations;
  }

  /** Returns the number of frees so far. */
  public long frees() {
    return values.frees;
  }

  /** Returns the bytes of all slots handed out so far. */
  public long allocatedBytes() {
    return values.allocatedBytes;
  }

  /** Returns the bytes of all slots taken back so far. */
  public long freedBytes() {
    return values.freedBytes;
  }

  /** Returns the number of allocations that budgets refused. */
  public long rejections() {
    return values.rejections;
  }

  /** Returns the number of misuses of all kinds. */
  public long misuses() {
    return misusesByKind.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the number of misuses by kind; kinds that did not occur are absent. */
  public Map<MisuseKind, Long> misusesByKind() {
    return misusesByKind;
  }

  /** Returns the number of frees by a thread that does not own the page. */
  public long remoteFrees() {
    return values.remoteFrees;
  }

  /** Returns the number of live blocks that are observed. */
  public long observedBlocks() {
    return values.observedBlocks;
  }

  /** Returns the number of observed blocks found to be leaked. */
  public long leakSuspects() {
    return values.leakSuspects;
  }

  /** Returns the bytes that leaked observed blocks stand for. */
  public long leakSuspectBytes() {
    return values.leakSuspectBytes;
  }

  /** Returns the number of live blocks that stand between guard pages. */
  public long guardedBlocks() {
    return values.guardedBlocks;
  }

  /**
   * Returns the bytes of the pages that guarded blocks have to themselves. They come on top of the
   * {@linkplain #committedBytes() committed} bytes, and of the root's hard limit.
   */
  public long guardBytes() {
    return values.guardBytes;
  }

  /** Returns the number of arenas that are open. */
  public long openArenas() {
    return values.openArenas;
  }

  /** Returns the number of thread heaps, stripes included. */
  public long threadHeaps() {
    return values.threadHeaps;
  }

  /** Returns the number of stripes, which serve virtual threads. */
  public long stripes() {
    return values.stripes;
  }

  /** Returns the bytes of free slots in the pages that thread heaps keep at hand. */
  public long cachedBytes() {
    return values.cachedBytes;
  }

  /** Returns how often a stripe was held by another thread when one came for it. */
  public long contendedHolds() {
    return values.contendedHolds;
  }

  /** Returns the bytes given back to the operating system so far. */
  public long returnedBytes() {
    return values.returnedBytes;
  }

  /** Returns the number of calls made to the operating system so far. */
  public long systemCalls() {
    return values.systemCalls;
  }

  /** Returns the value of {@link TuningKnob#RETAINED_BYTES} in force. */
  public long retainedLimitBytes() {
    return values.retainedLimitBytes;
  }

  /** Returns the number of tuning decisions that changed a knob. */
  public long tuningDecisions() {
    return values.tuningDecisions;
  }

  /** Returns the number of listeners dropped because they failed or were slow. */
  public long droppedListeners() {
    return values.droppedListeners;
  }

  /** Returns the budgets, parents before children, the root first. */
  public List<BudgetUsage> budgets() {
    return budgets;
  }

  /** Returns the size classes that have been used, the smallest first. */
  public List<SizeClassUsage> sizeClasses() {
    return sizeClasses;
  }

  @Override
  public String toString() {
    return "requested="
        + requestedBytes()
        + " used="
        + usedBytes()
        + " active="
        + activeBytes()
        + " committed="
        + committedBytes()
        + " reserved="
        + reservedBytes()
        + " live="
        + liveBlocks();
  }

  /**
   * What one budget and its descendants hold.
   *
   * @param path names from the root, joined by {@code /}
   * @param usedBytes bytes of the slots held
   * @param peakBytes highest used bytes, see {@link Budget#peakBytes()}
   * @param limits the limits in force
   * @param allocations number of allocations so far
   * @param frees number of frees so far
   * @param allocatedBytes bytes of all slots handed out so far
   * @param freedBytes bytes of all slots taken back so far
   * @param requestedBytes bytes asked for and held
   * @param rejections allocations asked of this very budget that were refused
   */
  public record BudgetUsage(
      String path,
      long usedBytes,
      long peakBytes,
      BudgetLimits limits,
      long allocations,
      long frees,
      long allocatedBytes,
      long freedBytes,
      long requestedBytes,
      long rejections) {}

  /**
   * What one size class holds.
   *
   * @param slotBytes bytes of a slot; 0 stands for all blocks larger than the largest class
   * @param allocations number of allocations so far
   * @param frees number of frees so far
   * @param usedBytes bytes of the slots held
   * @param pageBytes bytes of the pages that this class owns now
   * @param requestedBytes bytes asked for and held, but for what arenas hand out of their regions:
   *     that is known by budget only
   * @param slowPaths how often no free slot was at hand
   */
  public record SizeClassUsage(
      long slotBytes,
      long allocations,
      long frees,
      long usedBytes,
      long pageBytes,
      long requestedBytes,
      long slowPaths) {

    /** Returns the number of live blocks. */
    public long liveBlocks() {
      return allocations - frees;
    }

    /** Returns the bytes of the slots held beyond what was asked for. */
    public long wastedBytes() {
      return usedBytes - requestedBytes;
    }
  }

  /** Collects the values of a snapshot. Not safe for use by several threads. */
  public static final class Builder {

    private final SnapshotValues values = new SnapshotValues();
    private final List<BudgetUsage> budgets = new ArrayList<>();
    private final List<SizeClassUsage> sizeClasses = new ArrayList<>();
    private final Map<MisuseKind, Long> misusesByKind = new EnumMap<>(MisuseKind.class);

    private Builder() {}

    /**
     * Sets the ladder. Counters that are read one after the other may contradict each other: what
     * is above the committed bytes is lowered to them, and a rung below the one under it is raised.
     */
    public Builder ladder(long requested, long used, long active, long committed, long reserved) {
      values.ladder(requested, used, active, committed, reserved);
      return this;
    }

    /** Sets the counters of allocations and frees, in number and in bytes. */
    public Builder flow(long allocations, long frees, long allocatedBytes, long freedBytes) {
      values.flow(allocations, frees, allocatedBytes, freedBytes);
      return this;
    }

    /** Sets the highest used bytes. */
    public Builder peakUsedBytes(long bytes) {
      values.peakUsedBytes = bytes;
      return this;
    }

    /** Sets the number of refused allocations. */
    public Builder rejections(long count) {
      values.rejections = count;
      return this;
    }

    /** Sets the number of misuses of one kind. */
    public Builder misuses(MisuseKind kind, long count) {
      misusesByKind.put(kind, count);
      return this;
    }

    /** Sets the number of remote frees. */
    public Builder remoteFrees(long count) {
      values.remoteFrees = count;
      return this;
    }

    /** Sets the number of observed live blocks. */
    public Builder observedBlocks(long count) {
      values.observedBlocks = count;
      return this;
    }

    /** Sets the number of leaked observed blocks, and the bytes that they stand for. */
    public Builder leaks(long count, long bytes) {
      values.leakSuspects = count;
      values.leakSuspectBytes = bytes;
      return this;
    }

    /** Sets the number of guarded blocks, and the bytes of their pages. */
    public Builder guards(long blocks, long bytes) {
      values.guardedBlocks = blocks;
      values.guardBytes = bytes;
      return this;
    }

    /** Sets the number of open arenas. */
    public Builder openArenas(long count) {
      values.openArenas = count;
      return this;
    }

    /** Sets the number of thread heaps, and how many of them are stripes. */
    public Builder threadHeaps(long heaps, long stripes) {
      values.threadHeaps = heaps;
      values.stripes = stripes;
      return this;
    }

    /** Sets the bytes of free slots in thread heaps, and how often stripes were contended for. */
    public Builder heapState(long cachedBytes, long contendedHolds) {
      values.cachedBytes = cachedBytes;
      values.contendedHolds = contendedHolds;
      return this;
    }

    /** Sets the bytes returned to the operating system, and the number of calls made to it. */
    public Builder system(long returnedBytes, long systemCalls) {
      values.returnedBytes = returnedBytes;
      values.systemCalls = systemCalls;
      return this;
    }

    /** Sets the retained limit in force, and the number of decisions that changed a knob. */
    public Builder tuning(long retainedLimitBytes, long decisions) {
      values.retainedLimitBytes = retainedLimitBytes;
      values.tuningDecisions = decisions;
      return this;
    }

    /** Sets the number of dropped listeners. */
    public Builder droppedListeners(long count) {
      values.droppedListeners = count;
      return this;
    }

    /** Adds a budget; parents come before children. */
    public Builder budget(BudgetUsage usage) {
      budgets.add(usage);
      return this;
    }

    /** Adds a size class; smaller ones come first. */
    public Builder sizeClass(SizeClassUsage usage) {
      sizeClasses.add(usage);
      return this;
    }

    /** Makes the snapshot. */
    public MemorySnapshot build() {
      return new MemorySnapshot(this);
    }
  }
}
