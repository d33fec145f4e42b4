package io.rmm.allocator.observe;

import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Suspects sites whose live bytes have grown for so long that they may be leaks which somebody can
 * still reach: a map that nothing is removed from, a queue without a reader.
 *
 * <p>A site is suspect when its live bytes have risen over each of {@link #WINDOWS} windows in a
 * row, by more in all than the estimate's own error and {@link #LEAST_GROWTH}. For a level that
 * stays, with its ups and downs, that is one case in 5,040 orders of seven readings; a cache that
 * fills for longer than the windows take is told of too. So it is advice: the evidence is {@code
 * "growth"}, and nothing is counted as leaked. A site is told of again when it has doubled since.
 *
 * <p>Belongs to the clock's thread. Cost: a look at each site, once a window.
 */
public final class GrowthWatch {

  /** Long enough for requests, batches and collections to come and go in it. */
  public static final Duration WINDOW = Duration.ofMinutes(1);

  /** Windows in a row. */
  static final int WINDOWS = 6;

  /** Growth that is worth a person's time: a gigabyte a week, at this pace. */
  static final long LEAST_GROWTH = 1 << 20;

  /** What is known of a site. */
  private static final class Growth {
    private long start;
    private long last;
    private int windows;
    private long told;
  }

  private Map<Site, Growth> bySite = new HashMap<>();

  /** Ends a window; returns the sites that have become suspect with it. */
  public List<LeakSuspect> endWindow(SiteProfile profile) {
    Map<Site, Growth> next = new HashMap<>();
    List<LeakSuspect> suspects = new ArrayList<>();
    for (SiteProfile.Entry entry : profile.sites()) {
      if (entry.liveBytes() > 0 && entry.site().isKnown()) {
        Growth growth = bySite.getOrDefault(entry.site(), new Growth());
        next.put(entry.site(), growth);
        if (isSuspect(growth, entry)) {
          growth.told = entry.liveBytes();
          suspects.add(suspect(growth, entry));
        }
      }
    }
    bySite = next;
    return suspects;
  }

  private static boolean isSuspect(Growth growth, SiteProfile.Entry entry) {
    long live = entry.liveBytes();
    if (growth.last == 0 || live <= growth.last) {
      growth.start = live;
      growth.windows = 0;
    } else {
      growth.windows++;
    }
    growth.last = live;
    long grown = live - growth.start;
    return growth.windows >= WINDOWS
        && grown >= LEAST_GROWTH
        && grown > entry.liveBytesError()
        && live >= 2 * growth.told;
  }

  private static LeakSuspect suspect(Growth growth, SiteProfile.Entry entry) {
    return new LeakSuspect(
        0,
        "",
        0,
        entry.liveBytes() - growth.start,
        growth.windows * WINDOW.toNanos(),
        entry.site(),
        LeakSuspect.GROWTH);
  }
}
