package io.rmm.allocator;

/**
 * Memory was misused by the caller. The misuse had no effect: the manager is as sound as before.
 */
public final class MemoryMisuseException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  private final transient MisuseReport report;

  /** Makes the exception for {@code report}. */
  public MemoryMisuseException(MisuseReport report) {
    super(report.toString());
    this.report = report;
  }

  /** Returns all that is known of the misuse. */
  public MisuseReport report() {
    return report;
  }
}
