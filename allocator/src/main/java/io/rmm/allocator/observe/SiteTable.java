package io.rmm.allocator.observe;

import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The statistics of all sites: what a profile is read from.
 *
 * <p>It is bounded, as programs may have more sites than anybody looks at. What counts is what is
 * live, so when it is full, sites of which nothing is live make room: what was allocated there goes
 * to the unknown site, and they begin anew if they allocate once more. Only where almost all have
 * something live are new ones told less exactly: by site alone, and at last as unknown.
 */
final class SiteTable {

  /**
   * Combinations of site, budget and size that are told apart, of some 200 bytes of Java heap each;
   * what comes later is told by site alone.
   */
  private static final int MAX_COMBINATIONS = 10_000;

  /** Sites that are told alone, after that; what comes later counts as unknown. */
  private static final int MAX_SITES_ALONE = 5_000;

  /**
   * To look for room takes some milliseconds in the thread that allocates. Where almost all is live
   * it makes room for fewer than this, and is not tried again so soon.
   */
  private static final int WORTH_IT = 1_000;

  private static final long NANOS_AFTER_LITTLE = 1_000_000_000;

  private static final SiteStatistics.Key UNKNOWN = new SiteStatistics.Key(Site.UNKNOWN, "", 0);

  private final Map<SiteStatistics.Key, SiteStatistics> statistics = new ConcurrentHashMap<>();
  private final AtomicLong nextLook = new AtomicLong(System.nanoTime());

  /** Returns where memory of {@code site} is entered. */
  SiteStatistics of(Site site, String budget, long slotBytes) {
    SiteStatistics.Key key = new SiteStatistics.Key(site, budget, slotBytes);
    SiteStatistics known = statistics.get(key);
    if (known != null) {
      return known;
    }
    if (statistics.size() >= MAX_COMBINATIONS) {
      makeRoom();
    }
    return statistics.size() < MAX_COMBINATIONS ? at(key) : ofSiteAlone(site);
  }

  private SiteStatistics ofSiteAlone(Site site) {
    SiteStatistics.Key key = new SiteStatistics.Key(site, "", 0);
    SiteStatistics known = statistics.get(key);
    if (known != null) {
      return known;
    }
    return at(statistics.size() < MAX_COMBINATIONS + MAX_SITES_ALONE ? key : UNKNOWN);
  }

  private SiteStatistics at(SiteStatistics.Key key) {
    return statistics.computeIfAbsent(key, SiteStatistics::new);
  }

  private void makeRoom() {
    long notBefore = nextLook.get();
    long now = System.nanoTime();
    if (now - notBefore < 0 || !nextLook.compareAndSet(notBefore, now + NANOS_AFTER_LITTLE)) {
      return;
    }
    SiteStatistics rest = at(UNKNOWN);
    int before = statistics.size();
    statistics.values().removeIf(each -> each != rest && each.endInto(rest));
    if (before - statistics.size() >= WORTH_IT) {
      nextLook.set(now);
    }
  }

  /**
   * Returns the estimates by site.
   *
   * @param meanBytes the mean of the sampling at this moment
   */
  SiteProfile read(long meanBytes) {
    List<SiteProfile.Sample> samples =
        statistics.values().stream()
            .map(SiteStatistics::read)
            .filter(sample -> sample.allocatedSamples() > 0)
            .toList();
    boolean truncated = samples.stream().anyMatch(sample -> sample.blockBytes() == 0);
    return SiteProfile.of(samples, truncated, meanBytes);
  }
}
