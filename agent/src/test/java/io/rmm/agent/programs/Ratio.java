package io.rmm.agent.programs;

import java.util.List;

/**
 * A ratio that was measured several times, with the interval that holds the true one with 95 %.
 *
 * <p>Of logarithms, so that twice and half as much are the same distance from as much; the interval
 * is Student's, for measurements that do not depend on each other.
 */
record Ratio(double mean, double low, double high) {

  /** Of the normal distribution, beyond which 2.5 % lie. */
  private static final double NORMAL = 1.959964;

  /** What Student's distribution has more: so much by the degrees of freedom, their square, ... */
  private static final double[] MORE = {2.3723, 2.8226, 2.556, 1.593};

  /** Makes one of the natural logarithms of ratios, three or more. */
  static Ratio of(List<Double> logarithms) {
    int count = logarithms.size();
    double mean = logarithms.stream().mapToDouble(log -> log).average().orElseThrow();
    double squares = logarithms.stream().mapToDouble(log -> (log - mean) * (log - mean)).sum();
    double error = Math.sqrt(squares / (count - 1) / count);
    double reach = error * student(count - 1);
    return new Ratio(Math.exp(mean), Math.exp(mean - reach), Math.exp(mean + reach));
  }

  /** To a thousandth with three degrees of freedom, and better with more. */
  private static double student(int freedom) {
    double quantile = NORMAL;
    double power = 1;
    for (double more : MORE) {
      power *= freedom;
      quantile += more / power;
    }
    return quantile;
  }

  @Override
  public String toString() {
    return "%.2f %% (%.2f to %.2f)".formatted(100 * mean, 100 * low, 100 * high);
  }
}
