package io.rmm.allocator.observe;

import io.rmm.allocator.Estimate;

/**
 * A sum over sampled things, each of which was chosen with a known probability {@code p} and weighs
 * {@code w = s / p}: Horvitz and Thompson's estimate, without bias. Its variance is estimated,
 * likewise without bias, by the sum of {@code w (w - s)}.
 *
 * <p>Not safe for use by several threads.
 */
final class WeightedSum {

  /** Half the width of a 95 % interval, in standard errors. */
  private static final double Z_95 = 1.96;

  private double value;
  private double variance;

  /** Adds a thing of {@code size} that weighs {@code weight}. */
  void add(double size, double weight) {
    value += weight;
    variance += weight * (weight - size);
  }

  /** Adds all that {@code other} is the sum of. */
  void add(WeightedSum other) {
    value += other.value;
    variance += other.variance;
  }

  /** Takes away what was added. */
  void remove(double size, double weight) {
    value -= weight;
    variance -= weight * (weight - size);
  }

  /** Takes away all, and what rounding has left. */
  void clear() {
    value = 0;
    variance = 0;
  }

  /** Returns the sum with its error. */
  Estimate read() {
    return new Estimate(Math.round(value), Math.round(Z_95 * Math.sqrt(Math.max(0, variance))));
  }

  /**
   * Returns the estimate of a sum of which nothing was sampled, and whose things would be such as
   * were added here: at most {@code z^2 c}, where the variance is {@code c} times the sum.
   */
  Estimate ofNothing() {
    return value <= 0
        ? Estimate.NONE
        : new Estimate(0, Math.round(Z_95 * Z_95 * Math.max(0, variance) / value));
  }
}
