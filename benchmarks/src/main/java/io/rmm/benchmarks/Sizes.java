package io.rmm.benchmarks;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Sizes of blocks, and other random numbers, drawn beforehand: so that no generator runs while the
 * clock does, and every peer gets the same ones.
 */
public final class Sizes {

  private Sizes() {}

  /** Returns the generator that all benchmarks draw from. */
  public static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Every doubling from {@code least} to {@code most}, both included, is equally likely. */
  public static int[] logUniform(int least, int most, int count, long seed) {
    RandomGenerator random = random(seed);
    double low = Math.log(least);
    double high = Math.log(most + 1.0);
    int[] sizes = new int[count];
    for (int i = 0; i < count; i++) {
      int size = (int) Math.exp(low + random.nextDouble() * (high - low));
      sizes[i] = Math.clamp(size, least, most);
    }
    return sizes;
  }

  /** The likelihood of a size falls with its square. */
  public static int[] inverseSquare(int least, int most, int count, long seed) {
    RandomGenerator random = random(seed);
    double rarest = 1.0 / (most + 1.0);
    double commonest = 1.0 / least;
    int[] sizes = new int[count];
    for (int i = 0; i < count; i++) {
      int size = (int) (1 / (rarest + random.nextDouble() * (commonest - rarest)));
      sizes[i] = Math.clamp(size, least, most);
    }
    return sizes;
  }

  /** Every size from {@code least} to {@code most}, both included, is equally likely. */
  public static int[] uniform(int least, int most, int count, long seed) {
    RandomGenerator random = random(seed);
    int[] sizes = new int[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = random.nextInt(least, most + 1);
    }
    return sizes;
  }

  /** Returns {@code count} indexes below {@code bound}. */
  public static int[] indexes(int bound, int count, long seed) {
    return uniform(0, bound - 1, count, seed);
  }
}
