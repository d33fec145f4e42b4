package io.rmm.allocator;

import java.util.Locale;
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
  private final long slotSize;
  private final long offset;
  private final String budget;
  private final Site allocationSite;
  private final Site freeSite;
  private final Site detectionSite;
  private final long ageNanos;
  private final String threadName;
  private final String allocationThread;
  private final String freeThread;
  private final SafetyMode mode;
  private final MisuseConfidence confidence;
  private final long occurrences;
  private final String detail;

  private MisuseReport(Builder builder) {
    this.kind = builder.kind;
    this.blockId = builder.blockId;
    this.blockSize = builder.blockSize;
    this.slotSize = builder.slotSize;
    this.offset = builder.offset;
    this.budget = builder.budget;
    this.allocationSite = builder.allocationSite;
    this.freeSite = builder.freeSite;
    this.detectionSite = builder.detectionSite;
    this.ageNanos = builder.ageNanos;
    this.threadName = builder.threadName;
    this.allocationThread = builder.allocationThread;
    this.freeThread = builder.freeThread;
    this.mode = builder.mode;
    this.confidence = builder.confidence;
    this.occurrences = builder.occurrences;
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

  /** Returns the bytes of the slot that the block stands in, {@code blockSize} or more; or 0. */
  public long slotSize() {
    return slotSize;
  }

  /**
   * Returns the offset from the block's start at which it was misused, in bytes; 0 where it has
   * none. From {@link #blockSize()} on it lies behind the block, and before it if it is negative.
   */
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

  /** Returns the name of the thread that allocated the block; empty if it was not observed. */
  public String allocationThread() {
    return allocationThread;
  }

  /** Returns the name of the thread that had freed the block; empty if that is not known. */
  public String freeThread() {
    return freeThread;
  }

  /** Returns the mode of the manager that found the misuse. */
  public SafetyMode mode() {
    return mode;
  }

  /** Returns how sure it is that this is so. */
  public MisuseConfidence confidence() {
    return confidence;
  }

  /**
   * Returns how many misuses of this kind there were so far, with the same sites: 1 for the first.
   * Whoever shows reports to people may leave out later ones.
   */
  public long occurrences() {
    return occurrences;
  }

  /** Returns one sentence for people. */
  public String detail() {
    return detail;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(128).append(kind).append(": ").append(detail);
    if (blockId != 0) {
      text.append("; block ").append(blockId);
      if (blockSize != 0) {
        text.append(" of ").append(blockSize).append(" bytes");
      }
    }
    if (slotSize != 0) {
      text.append(" in a slot of ").append(slotSize);
    }
    if (!budget.isEmpty()) {
      text.append(", budget ").append(budget);
    }
    if (detectionSite.isKnown()) {
      text.append("; found at ").append(detectionSite.top());
    }
    if (allocationSite.isKnown()) {
      text.append("; allocated at ").append(allocationSite.top());
      appendThread(text, allocationThread);
    }
    if (freeSite.isKnown()) {
      text.append("; freed at ").append(freeSite.top());
      appendThread(text, freeThread);
    }
    if (confidence != MisuseConfidence.CERTAIN) {
      text.append("; ").append(confidence.name().toLowerCase(Locale.ROOT));
    }
    if (occurrences > 1) {
      text.append("; ").append(occurrences).append(" times so far");
    }
    return text.toString();
  }

  private static void appendThread(StringBuilder text, String thread) {
    if (!thread.isEmpty()) {
      text.append(" by thread ").append(thread);
    }
  }

  /** Collects the parts of a report. Not safe for use by several threads. */
  public static final class Builder {

    private final MisuseKind kind;
    private long blockId;
    private long blockSize;
    private long slotSize;
    private long offset;
    private String budget = "";
    private Site allocationSite = Site.UNKNOWN;
    private Site freeSite = Site.UNKNOWN;
    private Site detectionSite = Site.UNKNOWN;
    private long ageNanos;
    private String threadName = Thread.currentThread().getName();
    private String allocationThread = "";
    private String freeThread = "";
    private SafetyMode mode = SafetyMode.STANDARD;
    private MisuseConfidence confidence = MisuseConfidence.CERTAIN;
    private long occurrences = 1;
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

    /** Sets the bytes of the block's slot. */
    public Builder slotSize(long bytes) {
      this.slotSize = bytes;
      return this;
    }

    /** Sets the offset of the misuse from the block's start. */
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

    /** Sets the thread that allocated the block. */
    public Builder allocationThread(String name) {
      this.allocationThread = name;
      return this;
    }

    /** Sets the thread that had freed the block. */
    public Builder freeThread(String name) {
      this.freeThread = name;
      return this;
    }

    /** Sets the mode of the manager; {@link SafetyMode#STANDARD} if not called. */
    public Builder mode(SafetyMode mode) {
      this.mode = Objects.requireNonNull(mode, "mode");
      return this;
    }

    /** Sets how sure it is; {@link MisuseConfidence#CERTAIN} if not called. */
    public Builder confidence(MisuseConfidence confidence) {
      this.confidence = Objects.requireNonNull(confidence, "confidence");
      return this;
    }

    /** Sets how many such misuses there were; 1 if not called. */
    public Builder occurrences(long count) {
      this.occurrences = count;
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
