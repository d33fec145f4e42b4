package io.rmm.allocator.observe;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;

/**
 * The estimates for one site, budget and size of slots.
 *
 * <p>Blocks are counted like bytes: a block of {@code s} bytes that weighs {@code w} stands for
 * {@code w / s} blocks.
 */
final class SiteStatistics {

  /**
   * What is told apart.
   *
   * @param budget a path, or empty for several
   * @param blockBytes bytes of a slot, or 0 for several sizes
   */
  record Key(Site site, String budget, long blockBytes) {

    // By hand, as the JDK's own are linked at the first use, which would be some first block's.
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && key.blockBytes == blockBytes
          && key.budget.equals(budget)
          && key.site.equals(site);
    }

    @Override
    public int hashCode() {
      return (site.hashCode() * 31 + budget.hashCode()) * 31 + Long.hashCode(blockBytes);
    }
  }

  private final Key key;
  private final WeightedSum liveBytes = new WeightedSum();
  private final WeightedSum liveObjects = new WeightedSum();
  private final WeightedSum allocatedBytes = new WeightedSum();
  private final WeightedSum allocatedObjects = new WeightedSum();
  private long liveSamples;
  private long allocatedSamples;

  SiteStatistics(Key key) {
    this.key = key;
  }

  synchronized void allocated(long bytes, long weight) {
    double size = (double) bytes;
    double weighed = (double) weight;
    double objects = weighed / size;
    allocatedSamples++;
    allocatedBytes.add(size, weighed);
    allocatedObjects.add(1, objects);
    liveSamples++;
    liveBytes.add(size, weighed);
    liveObjects.add(1, objects);
  }

  synchronized void freed(long bytes, long weight) {
    liveSamples--;
    if (liveSamples == 0) {
      liveBytes.clear();
      liveObjects.clear();
    } else {
      liveBytes.remove((double) bytes, (double) weight);
      liveObjects.remove(1, (double) weight / bytes);
    }
  }

  synchronized SiteProfile.Sample read() {
    boolean isLive = liveSamples > 0;
    Estimate bytes = isLive ? liveBytes.read() : allocatedBytes.ofNothing();
    Estimate objects = isLive ? liveObjects.read() : allocatedObjects.ofNothing();
    return new SiteProfile.Sample(
        key.site(),
        key.budget(),
        key.blockBytes(),
        bytes,
        objects,
        allocatedBytes.read(),
        allocatedObjects.read(),
        liveSamples,
        allocatedSamples);
  }
}
