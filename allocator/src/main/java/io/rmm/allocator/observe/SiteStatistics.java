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

  /** Of a block that is not entered yet. */
  static final SiteStatistics NOWHERE = new SiteStatistics(new Key(Site.UNKNOWN, "", 0));

  private final Key key;
  private final WeightedSum liveBytes = new WeightedSum();
  private final WeightedSum liveObjects = new WeightedSum();
  private final WeightedSum allocatedBytes = new WeightedSum();
  private final WeightedSum allocatedObjects = new WeightedSum();
  private long liveSamples;
  private long allocatedSamples;

  /** Whether it makes room for others, and is entered into no more. */
  private boolean ended;

  SiteStatistics(Key key) {
    this.key = key;
  }

  /** Enters memory; returns false if it has ended. */
  synchronized boolean allocated(long bytes, long weight) {
    if (ended) {
      return false;
    }
    double size = (double) bytes;
    double weighed = (double) weight;
    double objects = weighed / size;
    allocatedSamples++;
    allocatedBytes.add(size, weighed);
    allocatedObjects.add(1, objects);
    liveSamples++;
    liveBytes.add(size, weighed);
    liveObjects.add(1, objects);
    return true;
  }

  /** Ends this if nothing of it is live; what was allocated here is {@code rest}'s then. */
  synchronized boolean endInto(SiteStatistics rest) {
    if (liveSamples > 0 || ended) {
      return ended;
    }
    ended = true;
    rest.take(allocatedSamples, allocatedBytes, allocatedObjects);
    return true;
  }

  private synchronized void take(long samples, WeightedSum bytes, WeightedSum objects) {
    allocatedSamples += samples;
    allocatedBytes.add(bytes);
    allocatedObjects.add(objects);
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

  /** Has a live block that weighs {@code from} weigh {@code to}. */
  synchronized void reweigh(long bytes, long from, long to) {
    liveBytes.remove((double) bytes, (double) from);
    liveBytes.add((double) bytes, (double) to);
    liveObjects.remove(1, (double) from / bytes);
    liveObjects.add(1, (double) to / bytes);
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
