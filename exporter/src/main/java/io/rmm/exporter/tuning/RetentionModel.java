package io.rmm.exporter.tuning;

import io.rmm.allocator.TuningEffect;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What the last minute would have been like under another limit: its demand over again, with the
 * manager's way of giving back.
 *
 * <p><b>The replay.</b> Each {@link DemandInterval} says how far demand went up and down. Committed
 * memory follows it up. What then lies idle stays as the kernel has it: above the limit it is gone
 * by the end of the interval, and all of it goes within {@link #IDLE} along a smooth curve, the
 * youngest being reused first. That yields the bytes that would have gone back to the operating
 * system, those of them that would have been needed again, and what would have been kept on the
 * mean. {@link ReturnPrices} turn the bytes into time.
 *
 * <p><b>Why a replay</b> and not a formula: the price of a limit depends on the order of high and
 * low, and that is known here. TCMalloc asks the same of its skipped releases afterwards; Oracle's
 * advice tables ask it beforehand, as this does, for sizes that nobody has tried.
 *
 * <p><b>What it cannot know.</b> A wave between two samples leaves a trace only if it made the
 * manager map memory, so that for limits below the one in force the cost is rather too low. Pages
 * that thread heaps keep for themselves are idle here, though no limit takes them away. And a
 * minute may be unlike the one before: whether it was, {@link OutcomeWatch} tells.
 *
 * <p>Immutable. One replay is some hundred steps, a few microseconds.
 */
final class RetentionModel {

  /** After which idle memory has gone back, whatever the limit. */
  private static final Duration IDLE = Duration.ofSeconds(6);

  private final List<DemandInterval> minute;
  private final ReturnPrices prices;

  private RetentionModel(List<DemandInterval> minute, ReturnPrices prices) {
    this.minute = minute;
    this.prices = prices;
  }

  /** Makes the model of the last {@link DemandStatistics#SHORT_TERM} of {@code intervals}. */
  static RetentionModel of(List<DemandInterval> intervals, ReturnPrices prices) {
    long whole = DemandStatistics.SHORT_TERM.toNanos();
    long end = intervals.getLast().nanos();
    List<DemandInterval> minute =
        intervals.stream().filter(interval -> end - interval.nanos() <= whole).toList();
    boolean young = end - intervals.getFirst().nanos() < whole;
    return new RetentionModel(young ? withoutTheWayUp(minute) : minute, prices);
  }

  /**
   * Leaves out what was before demand was first as high as it is now. Of a program that has just
   * begun little more than one wave has been seen when the limit is first raised, at a crest, and
   * the way up to its first crest is no part of any wave to come. Tried without: of waves that keep
   * 144 MB idle on the mean, a raise 6 s after the start predicted 97 MB.
   */
  private static List<DemandInterval> withoutTheWayUp(List<DemandInterval> intervals) {
    long now = intervals.getLast().demand();
    long asHigh = now - RetentionPolicy.deadband(now);
    for (int i = 0; i < intervals.size() - 1; i++) {
      if (intervals.get(i).demand() >= asHigh) {
        return intervals.subList(i, intervals.size());
      }
    }
    return intervals;
  }

  /** Returns what {@code limit} would cost and keep; unknown if only one sample has been seen. */
  TuningEffect under(long limit) {
    Replayed replayed = replay(limit);
    if (!replayed.span().isPositive()) {
      return TuningEffect.UNKNOWN;
    }
    return new TuningEffect(prices.cost(replayed), replayed.idleBytes());
  }

  /**
   * What a replay has come to.
   *
   * @param span how long it was
   * @param returnedBytes bytes given back because they lay idle
   * @param remappedBytes those of them that were needed again
   * @param idleBytes the mean of what was committed above demand
   */
  record Replayed(Duration span, long returnedBytes, long remappedBytes, long idleBytes) {}

  /** Lets the minute pass under {@code limit}. */
  Replayed replay(long limit) {
    Pool pool = new Pool(limit, minute.getFirst());
    long committedBefore = minute.getFirst().committed();
    double byteNanos = 0;
    long nanos = 0;
    for (DemandInterval interval : minute.subList(1, minute.size())) {
      pool.pass(interval, committedBefore);
      byteNanos += pool.meanIdle * interval.lengthNanos();
      nanos += interval.lengthNanos();
      committedBefore = interval.committed();
    }
    return new Replayed(
        Duration.ofNanos(nanos),
        pool.returned,
        pool.remapped,
        nanos == 0 ? 0 : Math.round(byteNanos / nanos));
  }

  /** Committed memory in the course of a replay. */
  private static final class Pool {

    private final long limit;
    private final Deque<Layer> youngestFirst = new ArrayDeque<>();
    private long demand;
    private long idle;
    private long outside;
    private long returned;
    private long remapped;

    /** What is idle on the mean of the interval that has passed last. */
    private double meanIdle;

    /** Bytes that have been idle since one moment. */
    private record Layer(long bytes, long sinceNanos) {}

    Pool(long limit, DemandInterval first) {
      this.limit = limit;
      this.demand = first.committed();
      fall(first.demand(), first.nanos());
    }

    /**
     * Lets one interval pass. Where memory was both mapped and trimmed in it, as much as the limit
     * is idle at its end if it was trimmed last, and less if it was mapped last. All that was
     * mapped before it was trimmed had been needed on top of what there was.
     */
    void pass(DemandInterval interval, long committedBefore) {
      long middle = interval.startNanos() + interval.lengthNanos() / 2;
      if (interval.trimmed() > 0 && interval.idle() < interval.limit()) {
        fall(interval.low(), middle);
        long _ = giveBack(interval.nanos());
        rise(interval.high());
        fall(interval.demand(), interval.nanos());
        meanIdle = idle;
        return;
      }
      rise(
          interval.trimmed() > 0 && interval.mapped() > 0
              ? Math.max(interval.high(), committedBefore + interval.mapped())
              : interval.high());
      fall(interval.low(), middle);
      long trimmed = giveBack(interval.nanos());
      rise(interval.demand());
      // What is trimmed in a second is there for half of it, as the curve is symmetrical.
      meanIdle = idle + trimmed / 2.0;
    }

    private void rise(long to) {
      long more = Math.max(0, to - demand);
      demand += more;
      long reused = Math.min(more, idle);
      idle -= reused;
      long again = Math.min(more - reused, outside);
      outside -= again;
      remapped += again;
      while (reused > 0 && !youngestFirst.isEmpty()) {
        Layer youngest = youngestFirst.removeFirst();
        if (youngest.bytes > reused) {
          youngestFirst.addFirst(new Layer(youngest.bytes - reused, youngest.sinceNanos));
        }
        reused -= Math.min(reused, youngest.bytes);
      }
    }

    private void fall(long to, long nanos) {
      long less = Math.max(0, demand - to);
      demand -= less;
      idle += less;
      if (less > 0) {
        youngestFirst.addFirst(new Layer(less, nanos));
      }
    }

    /** Gives back what may not stay until {@code nanos}; returns how much the limit had go. */
    private long giveBack(long nanos) {
      double stays = 0;
      for (Layer layer : youngestFirst) {
        stays += layer.bytes * share((double) (nanos - layer.sinceNanos) / IDLE.toNanos());
      }
      long young = Math.min(idle, (long) stays);
      long kept = Math.min(young, limit);
      returned += idle - kept;
      outside += idle - kept;
      idle = kept;
      if (idle == 0) {
        youngestFirst.clear();
      }
      return young - kept;
    }

    /** The kernel's curve: from all to nothing, flat at both ends. */
    private static double share(double x) {
      return x >= 1 ? 0 : 1 - x * x * x * (x * (6 * x - 15) + 10);
    }
  }
}
