package io.rmm.exporter.tuning;

import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningDecision.Verdict;
import io.rmm.exporter.tuning.RetentionPolicy.Bounds;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * A manager's chunk pool in simulated time, with the policy at its knob: every 250 ms part of what
 * lies idle goes back, along the kernel's curve, within 1 s down to the limit and within 6 s below
 * it.
 */
final class SimulatedPool {

  static final long MIB = 1 << 20;
  static final long START = 64 * MIB;

  final Bounds bounds;
  final List<Move> moves = new ArrayList<>();
  long limit = START;
  long committed;
  long mapped;
  long trimmed;

  /** The sum of what is idle at each sample. */
  long idleSum;

  long returned;
  private final long[] idleByAge = new long[24];
  private long idleBefore;
  private long millis;
  private MoveHistory history = MoveHistory.none();
  private final ArrayDeque<DemandSample> window = new ArrayDeque<>();

  /** A decision that changed the knob. */
  record Move(long second, TuningDecision decision) {}

  SimulatedPool(Bounds bounds) {
    this.bounds = bounds;
  }

  /** Lets demand take its course: bytes by milliseconds since the pool began. */
  SimulatedPool run(Duration duration, LongUnaryOperator demand) {
    for (long end = millis + duration.toMillis(); millis < end; millis += 250) {
      long used = demand.applyAsLong(millis);
      mapped += Math.max(0, used - committed);
      committed = Math.max(committed, used);
      decay(committed - used);
      idleBefore = committed - used;
      if (millis % 1000 == 0) {
        step(used);
      }
    }
    return this;
  }

  private void decay(long idle) {
    System.arraycopy(idleByAge, 0, idleByAge, 1, idleByAge.length - 1);
    idleByAge[0] = Math.max(0, idle - idleBefore);
    long reused = Math.max(0, idleBefore - idle);
    for (int age = 1; age < idleByAge.length; age++) {
      long here = Math.min(reused, idleByAge[age]);
      idleByAge[age] -= here;
      reused -= here;
    }
    long stays = stays(idleByAge.length);
    long atMost = Math.max(limit, stays(4));
    long goes = Math.max(0, idle - Math.min(stays, atMost));
    trimmed += atMost < stays ? goes : 0;
    committed -= goes;
    returned += goes;
  }

  private long stays(int ticks) {
    double bytes = 0;
    for (int age = 0; age < ticks; age++) {
      double x = (double) age / ticks;
      bytes += idleByAge[age] * (1 - x * x * x * (x * (6 * x - 15) + 10));
    }
    return (long) bytes;
  }

  private void step(long used) {
    idleSum += committed - used;
    long nanos = Duration.ofMillis(millis).toNanos();
    window.addLast(new DemandSample(nanos, used, committed, returned, trimmed, limit));
    while (nanos - window.getFirst().nanos() > DemandStatistics.WINDOW.toNanos()) {
      window.removeFirst();
    }
    TuningDecision decision =
        RetentionPolicy.decide(DemandStatistics.of(intervals()), limit, bounds, history, nanos);
    if (decision.verdict() != Verdict.HELD) {
      moves.add(new Move(millis / 1000, decision));
      history = history.with(nanos, decision.verdict());
      limit = decision.newValue();
    }
  }

  /** Returns what samples say of the last five minutes. */
  List<DemandInterval> intervals() {
    return DemandInterval.of(List.copyOf(window));
  }

  /** Returns the most changes of direction in any hour. */
  int mostReversalsAnHour() {
    List<Long> reversals = new ArrayList<>();
    for (int i = 1; i < moves.size(); i++) {
      if (moves.get(i).decision().verdict() != moves.get(i - 1).decision().verdict()) {
        reversals.add(moves.get(i).second());
      }
    }
    int most = 0;
    for (int i = 0; i < reversals.size(); i++) {
      int in = 0;
      for (int j = i; j < reversals.size() && reversals.get(j) - reversals.get(i) < 3600; j++) {
        in++;
      }
      most = Math.max(most, in);
    }
    return most;
  }
}
