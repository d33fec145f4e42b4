package io.rmm.allocator;

import java.util.Objects;

/**
 * All that is known of one misuse. Never holds an address or contents of memory.
 *
 * <p>Made by the memory manager; other {@link MemorySource}s use {@link #builder(MisuseKind)}.
 */
public final class MisuseReport {

  private final MisuseKind kind;
  private final long blockId;
  private final long blockSize;
  private final long offset;
  private final String budget;
  private final Site allocationSite;
  private final Site freeSite;
  private final Site detectionSite;
  private final long ageNanos;
  private final String threadName;
  private final String detail;

  private MisuseReport(Builder builder) {
    this.kind = builder.kind;
    this.blockId = builder.blockId;
    this.blockSize = builder.blockSize;
    this.offset = builder.offset;
    this.budget = builder.budget;
    this.allocationSite = builder.allocationSite;
    this.freeSite = builder.freeSite;
    this.detectionSite = builder.detectionSite;
    this.ageNanos = builder.ageNanos;
    this.threadName = builder.threadName;
    this.detail = builder.detail;
  }

  /** Begins a report of {@code kind}. */
  public static Builder builder(MisuseKind kind) {
    return new Builder(kind);
  }

  /** Returns what was done wrong. */
  public MisuseKind kind() {
    return kind;
  }

  /** Returns the id of the block concerned, or 0 if there is none. */
  public long blockId() {
    return blockId;
  }

  /** Returns the bytes asked for that block, or 0. */
  public long blockSize() {
    return blockSize;
  }

  /** Returns the offset in the block at which it was misused, in bytes; 0 where it has none. */
  public long offset() {
    return offset;
  }

  /** Returns the path of the block's budget, or an empty string. */
  public String budget() {
    return budget;
  }

  /** Returns where the block was allocated, if it was observed. */
  public Site allocationSite() {
    return allocationSite;
  }

  /** Returns where the block had been freed, if it was observed. */
  public Site freeSite() {
    return freeSite;
  }

  /** Returns where the misuse was found; for acts through RMM's methods, where it was done. */
  public Site detectionSite() {
    return detectionSite;
  }

  /** Returns nanoseconds from the block's allocation to the report, or 0 if not observed. */
  public long ageNanos() {
    return ageNanos;
  }

  /** Returns the name of the thread in which the misuse was found. */
  public String threadName() {
    return threadName;
  }

  /** Returns one sentence for people. */
  public String detail() {
    return detail;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(128).append(kind).append(": ").append(detail);
    if (blockId != 0) {
      text.append("; block ").append(blockId).append(" of ").append(blockSize).append(" bytes");
    }
    if (!budget.isEmpty()) {
      text.append(", budget ").append(budget);
    }
    if (detectionSite.isKnown()) {
      text.append("; found at ").append(detectionSite.top());
    }
    if (allocationSite.isKnown()) {
      text.append("; allocated at ").append(allocationSite.top());
    }
    if (freeSite.isKnown()) {
      text.append("; freed at ").append(freeSite.top());
    }
    return text.toString();
  }

  /** Collects the parts of a report. Not safe for use by several threads. */
  public static final class Builder {

    private final MisuseKind kind;
    private long blockId;
    private long blockSize;
    private long offset;
    private String budget = "";
    private Site allocationSite = Site.UNKNOWN;
    private Site freeSite = Site.UNKNOWN;
    private Site detectionSite = Site.UNKNOWN;
    private long ageNanos;
    private String threadName = Thread.currentThread().getName();
    private String detail = "";

    private Builder(MisuseKind kind) {
      this.kind = Objects.requireNonNull(kind, "kind");
    }

    /** Names the block by its id and the bytes asked for. */
    public Builder block(long id, long size) {
      this.blockId = id;
      this.blockSize = size;
      return this;
    }

    /** Sets the offset of the misuse in the block. */
    public Builder offset(long bytes) {
      this.offset = bytes;
      return this;
    }

    /** Sets the path of the block's budget. */
    public Builder budget(String path) {
      this.budget = path;
      return this;
    }

    /** Sets where the block was allocated. */
    public Builder allocationSite(Site site) {
      this.allocationSite = site;
      return this;
    }

    /** Sets where the block had been freed. */
    public Builder freeSite(Site site) {
      this.freeSite = site;
      return this;
    }

    /** Sets where the misuse was found. */
    public Builder detectionSite(Site site) {
      this.detectionSite = site;
      return this;
    }

    /** Sets the block's age. */
    public Builder ageNanos(long nanos) {
      this.ageNanos = nanos;
      return this;
    }

    /** Sets the thread in which the misuse was found; the building thread if not called. */
    public Builder threadName(String name) {
      this.threadName = name;
      return this;
    }

    /** Sets the sentence for people. */
    public Builder detail(String sentence) {
      this.detail = sentence;
      return this;
    }

    /** Makes the report. */
    public MisuseReport build() {
      return new MisuseReport(this);
    }
  }
}
