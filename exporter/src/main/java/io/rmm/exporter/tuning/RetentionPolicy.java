package io.rmm.exporter.tuning;

import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningDecision.Verdict;
import io.rmm.allocator.TuningKnob;
import java.time.Duration;
import java.util.Locale;

/**
 * Decides how many idle bytes a manager keeps: retained memory follows demand.
 *
 * <p><b>The law.</b> Memory is needed up to
 *
 * <pre>need = min(peak over 300 s, fluctuation over 60 s + sustained level over 300 s)</pre>
 *
 * (see {@link DemandStatistics}), so the target is {@code need - low}, with {@code low} the lowest
 * demand of the last 60 s, held between the {@link Bounds}. It is the low and not the present
 * demand because the manager enforces the limit four times a second and is told a new one once a
 * second: at the crest of a wave nothing is idle and any limit is right; it must be right in the
 * trough, and must be there before it.
 *
 * <p><b>Unlike ways up and down.</b> A limit that is too low costs page faults, and shows: memory
 * is mapped again that had just been returned for lying above the limit. On that evidence, and on
 * no other, the limit is raised, at once and to the target. A limit that is too high costs memory
 * until it has decayed, and does not show at once: it is lowered by half of the way every {@link
 * MoveHistory#STEP_REST}, not in the first minute, and not before it has rested after a raise.
 * Differences within the {@linkplain #deadband deadband} are left alone.
 *
 * <p><b>Not tried on purpose:</b> steering by the outcome (resident bytes, latency) with a
 * controller that integrates. The demand window has a physical zero and no feedback from the limit
 * that it sets, so that there is nothing to oscillate but demand itself; {@link MoveHistory} bounds
 * that.
 *
 * <p>A pure function: the same arguments give the same decision.
 */
final class RetentionPolicy {

  /** The names of the rules, as decisions carry them. */
  static final String RULE_REMAP = "remap";

  static final String RULE_EXCESS = "excess";
  static final String RULE_RESTING = "resting";
  static final String RULE_NO_REMAP = "no-remap";
  static final String RULE_WARM_UP = "warm-up";
  static final String RULE_SETTLED = "settled";
  static final String RULE_BOUNDS = "bounds";

  /** Differences below this are noise, whatever the value: one huge page. */
  private static final long SMALLEST_STEP = 2L << 20;

  private RetentionPolicy() {}

  /**
   * The range of the limit.
   *
   * @param floorBytes what is kept in any case, 0 or more
   * @param ceilingBytes what is never exceeded, {@code floorBytes} or more
   */
  record Bounds(long floorBytes, long ceilingBytes) {

    Bounds {
      if (floorBytes < 0 || ceilingBytes < floorBytes) {
        throw new IllegalArgumentException(
            "bounds must satisfy 0 <= floor <= ceiling, but are floor="
                + floorBytes
                + " ceiling="
                + ceilingBytes);
      }
    }

    long clamp(long bytes) {
      return Math.clamp(bytes, floorBytes, ceilingBytes);
    }
  }

  /**
   * Decides.
   *
   * @param demand what the window says
   * @param limit the limit in force, in bytes
   * @param bounds the range of the limit
   * @param history the moves made so far
   * @param nanos now, on the clock of the samples and moves
   */
  static TuningDecision decide(
      DemandStatistics demand, long limit, Bounds bounds, MoveHistory history, long nanos) {
    long need = Math.min(demand.peakBytes(), demand.fluctuationBytes() + demand.sustainedBytes());
    long target = bounds.clamp(Math.max(0, need - demand.lowBytes()) + bounds.floorBytes());
    String figures = figures(demand, need, target);

    if (limit < bounds.floorBytes() || limit > bounds.ceilingBytes()) {
      return decision(
          limit, bounds.clamp(limit), RULE_BOUNDS, "the limit is out of its bounds; " + figures);
    }
    if (Math.abs(target - limit) <= deadband(limit)) {
      return held(limit, RULE_SETTLED, figures);
    }
    if (target > limit) {
      if (demand.remappedBytes() < SMALLEST_STEP) {
        return held(limit, RULE_NO_REMAP, "nothing returned was needed again; " + figures);
      }
      return decision(limit, target, RULE_REMAP, "memory was returned too early; " + figures);
    }
    if (demand.span().compareTo(DemandStatistics.SHORT_TERM) < 0) {
      return held(
          limit, RULE_WARM_UP, "seen for " + demand.span().toSeconds() + " s only; " + figures);
    }
    Duration rest = history.restLeft(nanos);
    if (!rest.isZero()) {
      // Between two steps of one way down the rule is still the same.
      String rule = history.endsWithRaise() ? RULE_RESTING : RULE_EXCESS;
      return held(limit, rule, "not to be lowered for " + rest.toSeconds() + " s; " + figures);
    }
    long half = limit - (limit - target) / 2;
    long lower = half - target <= deadband(half) ? target : half;
    return decision(limit, lower, RULE_EXCESS, "more is kept than demand needs; " + figures);
  }

  /** The difference, in bytes, that a limit may have from its target. */
  static long deadband(long limit) {
    return Math.max(SMALLEST_STEP, limit / 8);
  }

  private static TuningDecision held(long limit, String rule, String reason) {
    return new TuningDecision(TuningKnob.RETAINED_BYTES, limit, limit, Verdict.HELD, rule, reason);
  }

  private static TuningDecision decision(long limit, long value, String rule, String reason) {
    Verdict verdict = value > limit ? Verdict.RAISED : Verdict.LOWERED;
    return new TuningDecision(TuningKnob.RETAINED_BYTES, limit, value, verdict, rule, reason);
  }

  private static String figures(DemandStatistics demand, long need, long target) {
    return "need "
        + mebibytes(need)
        + " = min(peak "
        + mebibytes(demand.peakBytes())
        + ", fluctuation "
        + mebibytes(demand.fluctuationBytes())
        + " + sustained "
        + mebibytes(demand.sustainedBytes())
        + "), low "
        + mebibytes(demand.lowBytes())
        + ", re-mapped "
        + mebibytes(demand.remappedBytes())
        + ": target "
        + mebibytes(target);
  }

  private static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }
}
