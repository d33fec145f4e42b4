package io.rmm.exporter.tuning;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.MemoryView;

/**
 * Keeps {@link io.rmm.allocator.TuningKnob#RETAINED_BYTES} of a manager in step with its demand.
 *
 * <pre>{@code
 * MemoryManager manager = MemoryManager.builder().view(new RetentionTuner()).build();
 * }</pre>
 *
 * <p>Once a second a daemon thread of its own takes a snapshot, in process and never by way of a
 * telemetry system, and lets {@link RetentionPolicy} decide. A decision that changes the knob goes
 * to {@link MemoryManager#tune}, which counts it and tells the listeners, and to the log (level
 * INFO, logger {@code io.rmm.exporter.tuning}). Where the target is elsewhere and the knob is left
 * alone on purpose, that goes there too (level DEBUG), but only when its rule is another than that
 * of the decision before: why nothing is done is told once, not each second.
 *
 * <p>Each decision carries what {@link RetentionModel} predicts of the new value, at prices that
 * this process has measured. A minute after a change {@link OutcomeWatch} compares that with what
 * came of it, and tells by {@link MemoryManager#assess}. {@link MemoryManager#whatIf()} has the
 * predictions for lower and higher values, as of now.
 *
 * <p>It begins in mode {@link io.rmm.allocator.TuningMode#APPLY} and obeys {@link
 * MemoryManager#setTuningMode}. In mode {@code ADVISE} it tells a change as a decision to hold,
 * with what it would have done in the reason; in mode {@code OFF} it looks at nothing.
 *
 * <p>The tuner ends with the manager. It never throws into the program: a failed step is skipped,
 * and after {@value RetentionLoop#MOST_FAILURES} in a row the tuner gives up with one line in the
 * log, leaving the knob as it is. Cost: one snapshot and some ten microseconds a second.
 */
public final class RetentionTuner implements MemoryView {

  /** What is kept in any case, unless told otherwise: 4 MiB. */
  public static final long DEFAULT_FLOOR_BYTES = 4L << 20;

  private final RetentionPolicy.Bounds bounds;

  /**
   * Makes a tuner that keeps at least {@link #DEFAULT_FLOOR_BYTES} and at most the root budget's
   * hard limit.
   */
  public RetentionTuner() {
    this(DEFAULT_FLOOR_BYTES, Long.MAX_VALUE);
  }

  /**
   * Makes a tuner with bounds of its own. Where the root budget has a hard limit, that is a bound
   * too.
   *
   * @param floorBytes the least to keep, in bytes, 0 or more
   * @param ceilingBytes the most to keep, in bytes, {@code floorBytes} or more
   * @throws IllegalArgumentException if the bounds are not as said
   */
  public RetentionTuner(long floorBytes, long ceilingBytes) {
    this.bounds = new RetentionPolicy.Bounds(floorBytes, ceilingBytes);
  }

  /**
   * Begins to tune {@code source}.
   *
   * @return what ends it again; the manager closes it when it is closed itself
   * @throws IllegalArgumentException if the source is not a {@link MemoryManager}: nothing else can
   *     be tuned
   * @throws IllegalStateException if the manager has a tuner already
   */
  @Override
  public AutoCloseable attach(MemorySource source) {
    if (!(source instanceof MemoryManager manager)) {
      throw new IllegalArgumentException(source.name() + " is not a MemoryManager");
    }
    return RetentionLoop.start(manager, bounds);
  }
}
