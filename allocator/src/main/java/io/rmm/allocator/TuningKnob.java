package io.rmm.allocator;

/** A setting of a memory manager that may be changed while it runs. */
public enum TuningKnob {
  /**
   * The retained limit: how many idle bytes the manager keeps committed for the next demand. What
   * lies idle above it is given back within a second, what lies below it within six. Idle is what
   * belongs to no page; {@link MemorySnapshot#retainedBytes()} counts besides it the pages without
   * a live block, which thread heaps give back on their own. Bytes, 0 or more.
   */
  RETAINED_BYTES("retained_bytes");

  private final String id;

  TuningKnob(String id) {
    this.id = id;
  }

  /** Returns the name by which signals call the knob. */
  public String id() {
    return id;
  }
}
