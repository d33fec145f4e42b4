package io.rmm.exporter.tuning;

import io.rmm.allocator.TuningDecision.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The moves of a knob in the last {@link #MEMORY}, and how long it must rest before it may be
 * lowered.
 *
 * <p>Demand that comes and goes in step with the tuner would drive a knob up and down for ever. So
 * the rest after a raise is three times as long for each change of direction that is remembered: 20
 * s, 3 min, 27 min after the first, second and third raise. To be lowered at all within the hour, a
 * knob may have four changes of direction behind it; that makes a fifth, and the raise that may
 * follow at once a sixth: {@value #MOST_REVERSALS} is the most that any hour sees.
 *
 * <p>Immutable.
 */
final class MoveHistory {

  /** How long a move is remembered. */
  static final Duration MEMORY = Duration.ofHours(1);

  /** The rest between two steps down. */
  static final Duration STEP_REST = Duration.ofSeconds(10);

  /** The rest after a raise while no change of direction is remembered. */
  static final Duration RAISE_REST = Duration.ofSeconds(20);

  /** The most changes of direction in any {@link #MEMORY}. */
  static final int MOST_REVERSALS = 6;

  private static final MoveHistory NONE = new MoveHistory(List.of());

  private final List<Move> moves;

  private MoveHistory(List<Move> moves) {
    this.moves = moves;
  }

  static MoveHistory none() {
    return NONE;
  }

  /** Returns the history with one move more, and without those that are too old. */
  MoveHistory with(long nanos, Verdict verdict) {
    List<Move> kept = new ArrayList<>();
    for (Move move : moves) {
      if (nanos - move.nanos() < MEMORY.toNanos()) {
        kept.add(move);
      }
    }
    kept.add(new Move(nanos, verdict));
    return new MoveHistory(List.copyOf(kept));
  }

  /** Returns how long the knob must still rest before it may be lowered; 0 if it may be now. */
  Duration restLeft(long nanos) {
    if (moves.isEmpty()) {
      return Duration.ZERO;
    }
    Duration rest = endsWithRaise() ? raiseRest(nanos) : STEP_REST;
    Duration left = rest.minusNanos(nanos - moves.getLast().nanos());
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Tells whether the last move was upwards. */
  boolean endsWithRaise() {
    return !moves.isEmpty() && moves.getLast().verdict() == Verdict.RAISED;
  }

  /** Returns the number of remembered changes of direction. */
  int reversals(long nanos) {
    int reversals = 0;
    for (int i = 1; i < moves.size(); i++) {
      Move move = moves.get(i);
      boolean remembered = nanos - move.nanos() < MEMORY.toNanos();
      if (remembered && move.verdict() != moves.get(i - 1).verdict()) {
        reversals++;
      }
    }
    return reversals;
  }

  private Duration raiseRest(long nanos) {
    Duration rest = RAISE_REST;
    for (int i = Math.min(reversals(nanos), MOST_REVERSALS); i > 0; i--) {
      rest = rest.multipliedBy(3);
    }
    return rest;
  }

  private record Move(long nanos, Verdict verdict) {}
}
