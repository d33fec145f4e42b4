package io.rmm.exporter.tuning;

import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningOutcome;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks back at the latest decision that changed the knob: measures what was predicted, for as long
 * as the prediction was for, and judges.
 *
 * <p><b>The time.</b> {@link DemandStatistics#SHORT_TERM}, since predictions are of that: what the
 * last minute would have been. The next change, or the end of tuning, cuts it short; but what
 * lasted less than {@link #LEAST} is not judged. A decision of which nothing was predicted is not
 * watched.
 *
 * <p><b>The judgement.</b> A decision is confirmed if it has cost no more than predicted and kept
 * no more than predicted. Less of either is no reason to doubt it: the knob is a bargain between
 * the two, and both came cheap. What is not known is left out.
 *
 * <ul>
 *   <li>Cost may be {@link #COST_SLACK} more, a thousandth of a processor, which nobody would turn
 *       a knob for, and which a single delay of a system call makes up; or a quarter, as the time
 *       for a byte varies by more than that from call to call.
 *   <li>Bytes may be as many more as the policy itself takes for noise: {@link
 *       RetentionPolicy#deadband}.
 * </ul>
 *
 * <p>Safe for use by several threads, since a close may come from any.
 */
final class OutcomeWatch {

  /** The rest between two steps down: so each step of a way is judged. */
  static final Duration LEAST = MoveHistory.STEP_REST;

  /** Nanoseconds a second by which a cost may be missed. */
  static final long COST_SLACK = 1_000_000;

  private @Nullable TuningDecision decision;
  private long since;
  private long last;
  private long costBefore;
  private double byteNanos;

  /** Begins to watch {@code decided}, in place of any other. */
  synchronized void begin(TuningDecision decided, long nanos, long costNanos) {
    TuningEffect predicted = decided.predicted();
    decision = predicted.isCostKnown() || predicted.areBytesKnown() ? decided : null;
    since = nanos;
    last = nanos;
    costBefore = costNanos;
    byteNanos = 0;
  }

  /** Notes what was kept since the last sample, under which limit. */
  synchronized void sample(long nanos, long retainedBytes, long limit) {
    if (decision != null && decision.newValue() != limit) {
      decision = null; // somebody else has turned the knob
    }
    byteNanos += (double) retainedBytes * (nanos - last);
    last = nanos;
  }

  /** Returns the outcome if the time is over. */
  synchronized Optional<TuningOutcome> due(long costNanos) {
    return after(DemandStatistics.SHORT_TERM, costNanos);
  }

  /** Ends the watch; returns the outcome if there was time enough for one. */
  synchronized Optional<TuningOutcome> end(long costNanos) {
    Optional<TuningOutcome> outcome = after(LEAST, costNanos);
    decision = null;
    return outcome;
  }

  private Optional<TuningOutcome> after(Duration least, long costNanos) {
    TuningDecision watched = decision;
    long nanos = last - since;
    if (watched == null || nanos < least.toNanos()) {
      return Optional.empty();
    }
    decision = null;
    TuningEffect measured =
        new TuningEffect(
            Math.round((double) (costNanos - costBefore) / nanos * 1e9),
            Math.round(byteNanos / nanos));
    return Optional.of(
        new TuningOutcome(
            watched,
            Duration.ofNanos(nanos),
            measured,
            isConfirmed(watched.predicted(), measured)));
  }

  /** Judges. */
  static boolean isConfirmed(TuningEffect predicted, TuningEffect measured) {
    boolean asCheap =
        !predicted.isCostKnown()
            || measured.cost() - predicted.cost() <= Math.max(COST_SLACK, predicted.cost() / 4);
    boolean asSmall =
        !predicted.areBytesKnown()
            || measured.bytes() - predicted.bytes() <= RetentionPolicy.deadband(predicted.bytes());
    return asCheap && asSmall;
  }
}
