package io.rmm.benchmarks.scenario;

/**
 * Weights that change, from which one is drawn in proportion: P. Fenwick, "A New Data Structure for
 * Cumulative Frequency Tables", 1994. Adding and finding take the logarithm of the number of
 * weights.
 */
final class Fenwick {

  /** {@code tree[i]} is the sum of the weights from {@code i - lowestBit(i)} to {@code i - 1}. */
  private final double[] tree;

  private final int highest;

  Fenwick(int count) {
    this.tree = new double[count + 1];
    this.highest = Integer.highestOneBit(count);
  }

  void add(int index, double weight) {
    for (int i = index + 1; i < tree.length; i += i & -i) {
      tree[i] += weight;
    }
  }

  double sum() {
    double sum = 0;
    for (int i = tree.length - 1; i > 0; i -= i & -i) {
      sum += tree[i];
    }
    return sum;
  }

  /** Returns the index at which the running sum exceeds {@code value}; the last one if none. */
  int find(double value) {
    int at = 0;
    double rest = value;
    for (int step = highest; step > 0; step >>= 1) {
      if (at + step < tree.length && tree[at + step] <= rest) {
        at += step;
        rest -= tree[at];
      }
    }
    return Math.min(at, tree.length - 2);
  }
}
