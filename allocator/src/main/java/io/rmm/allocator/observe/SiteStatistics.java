package io.rmm.allocator.observe;

import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;

/**
 * The estimates for one site. The variance of a sum of Horvitz-Thompson weights is estimated by the
 * sum of {@code w (w - s)} over its samples of weight {@code w} and size {@code s}.
 */
final class SiteStatistics {

  /** Half the width of a 95 % interval, in standard errors. */
  private static final double Z_95 = 1.96;

  private final Site site;
  private long liveSamples;
  private long allocatedSamples;
  private double liveBytes;
  private double liveVariance;
  private double allocatedBytes;
  private double allocatedVariance;

  SiteStatistics(Site site) {
    this.site = site;
  }

  Site site() {
    return site;
  }

  synchronized void allocated(long bytes, long weight) {
    double variance = (double) weight * (weight - bytes);
    allocatedSamples++;
    allocatedBytes += weight;
    allocatedVariance += variance;
    liveSamples++;
    liveBytes += weight;
    liveVariance += variance;
  }

  synchronized void freed(long bytes, long weight) {
    liveSamples--;
    liveBytes -= weight;
    liveVariance -= (double) weight * (weight - bytes);
  }

  synchronized SiteProfile.Entry read() {
    return new SiteProfile.Entry(
        site,
        Math.round(liveBytes),
        Math.round(Z_95 * Math.sqrt(Math.max(0, liveVariance))),
        Math.round(allocatedBytes),
        Math.round(Z_95 * Math.sqrt(Math.max(0, allocatedVariance))),
        liveSamples,
        allocatedSamples);
  }
}
