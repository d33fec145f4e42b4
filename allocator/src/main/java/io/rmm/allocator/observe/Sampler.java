package io.rmm.allocator.observe;

import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.heap.Tally;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * Decides which allocations are observed: a Poisson process over allocated bytes.
 *
 * <p>The distance between two observations is drawn from an exponential distribution, so that every
 * byte has the same chance whatever the sizes around it, and an allocation of {@code s} bytes is
 * chosen with probability {@code 1 - e^(-s/mean)}. A sample weighs {@code s} divided by that
 * probability; the sum of the weights estimates the allocated bytes without bias
 * (Horvitz-Thompson). This is the sampling of TCMalloc, Go and JFR's own object samples.
 *
 * <p>The mean adapts ({@link SampleMean}); each sample is weighed by the one that its own countdown
 * was drawn with, so that changes do no harm to the estimate.
 */
public final class Sampler {

  /** Mean bytes between two observations unless set otherwise. */
  public static final long DEFAULT_INTERVAL = 512L << 10;

  /** {@link SafetyMode#SAFE} observes this many times as densely. */
  private static final int SAFE_FACTOR = 16;

  /** The weight of a block that is traced or to be quarantined, and not observed. */
  public static final long TRACED = -1;

  private final DoubleSupplier uniform;
  private final SafetyMode mode;

  /** Whether every block is looked at, so that it can be quarantined after its free. */
  private final boolean quarantining;

  private volatile long interval;
  private final SampleMean mean;

  /** Whether every block is told of. */
  private volatile boolean tracing;

  /** Makes a sampler for {@code mode}, of which {@code interval} is the mean in standard mode. */
  public Sampler(SafetyMode mode, long interval) {
    this(mode, interval, () -> ThreadLocalRandom.current().nextDouble());
  }

  /** Makes one that draws from {@code uniform}, from 0 to less than 1, as tests do to repeat. */
  public Sampler(SafetyMode mode, long interval, DoubleSupplier uniform) {
    this.uniform = uniform;
    this.mode = mode;
    this.quarantining = mode == SafetyMode.SAFE || mode == SafetyMode.PARANOID;
    this.interval = interval;
    this.mean = new SampleMean(meanOf(mode, interval));
  }

  private static long meanOf(SafetyMode mode, long interval) {
    return switch (mode) {
      case FAST, STANDARD -> interval;
      case SAFE -> Math.max(1, interval / SAFE_FACTOR);
      case PARANOID -> 0;
    };
  }

  /**
   * Checks a mean that is to be set.
   *
   * @throws IllegalArgumentException unless {@code bytes} is from 1 to 2^40
   */
  public static void checkInterval(long bytes) {
    if (bytes < 1 || bytes > 1L << 40) {
      throw new IllegalArgumentException("a sample interval is 1 to 2^40 bytes, not " + bytes);
    }
  }

  /** Returns the mean that was set, in bytes, before the mode and the rate had their say. */
  public long interval() {
    return interval;
  }

  /**
   * Sets another mean for the countdowns that are drawn from now on. That no sample is biased by it
   * follows from the same as with the mean's own changes: each is weighed by the mean of its draw.
   *
   * @return the mean that was set before
   * @throws IllegalStateException if every allocation is observed
   */
  public long setInterval(long bytes) {
    if (mode == SafetyMode.PARANOID) {
      throw new IllegalStateException("in mode PARANOID every allocation is observed");
    }
    long before = interval;
    interval = bytes;
    mean.set(meanOf(mode, bytes));
    return before;
  }

  /** Draws the bytes to the next observation from a distribution with {@code mean}. */
  private long draw(long mean) {
    // 1 - u lies in (0, 1], so the logarithm is finite.
    return (long) (-Math.log(1 - uniform.getAsDouble()) * mean);
  }

  /**
   * Looks at a block of {@code bytes} which {@code tally} has just counted and says is due, and
   * draws the next countdown if the current one ends with it. The caller holds the tally's heap.
   *
   * @return the bytes that the block stands for; if it is not observed, {@link #TRACED} or 0
   */
  public long endCountdown(Tally tally, long bytes) {
    boolean each = tracing || quarantining;
    tally.settle(bytes);
    tally.lookAtEach(each);
    long weight = observe(tally, bytes);
    return weight == 0 && each ? TRACED : weight;
  }

  private long observe(Tally tally, long bytes) {
    long drawnWith = tally.meanAtDraw();
    if (drawnWith < 0) {
      // The first countdown of this tally begins with this block.
      drawnWith = mean.bytes();
      long first = draw(drawnWith);
      if (first >= bytes) {
        tally.redraw(first - bytes, drawnWith);
        return 0;
      }
    } else if (!tally.endsWith(bytes)) {
      return 0;
    }
    long now = mean.bytes();
    tally.redraw(draw(now), now);
    mean.noteSample();
    return SampleMean.weight(bytes, drawnWith);
  }

  /**
   * Sets whether {@link #endCountdown} tells of every block that it is called for. Then all tallies
   * must be {@linkplain Tally#markDue marked}, so that it is called for every block.
   */
  public void setTracing(boolean tracing) {
    if (this.tracing != tracing) {
      this.tracing = tracing;
    }
  }

  /** Returns the mean in force, in bytes; 0 if every allocation is observed. */
  public long meanBytes() {
    return mean.bytes();
  }

  /** Lets the mean fall back if there was little to observe. To be called once a second. */
  public void tick() {
    mean.tick();
  }
}
