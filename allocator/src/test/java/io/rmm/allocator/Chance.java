package io.rmm.allocator;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** What a random program leaves to chance: the same for the same seed. */
final class Chance {

  /** Now and then a block has up to so many bytes, and a chunk of its own. */
  private static final long MAX_BYTE_SIZE = 6 << 20;

  private final RandomGenerator random;

  Chance(long seed) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Returns 0 to {@code bound - 1}. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  boolean even() {
    return random.nextBoolean();
  }

  byte stamp() {
    return (byte) random.nextInt();
  }

  <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** Returns the bytes of a block: log-normal, with a few that have a chunk of their own. */
  long size() {
    if (random.nextInt(300) == 0) {
      return random.nextLong(MAX_BYTE_SIZE);
    }
    if (random.nextInt(50) == 0) {
      return 0;
    }
    return (long) Math.min(200_000, Math.exp(random.nextGaussian(5.5, 2)));
  }

  /** Returns an alignment that is seldom large. */
  long alignment() {
    return 1L << random.nextInt(random.nextInt(20) == 0 ? 21 : 14);
  }

  /** Returns limits of a budget, of which every third knows none. */
  BudgetLimits limits() {
    return random.nextInt(3) == 0
        ? BudgetLimits.unlimited()
        : BudgetLimits.hard(1 + random.nextLong(8 << 20));
  }
}
