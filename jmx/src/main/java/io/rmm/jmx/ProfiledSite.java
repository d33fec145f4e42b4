package io.rmm.jmx;

import io.rmm.allocator.Site;
import java.util.List;

/**
 * What one site holds and has taken, told apart by budget and size.
 *
 * @param frames the frames of the site, innermost first, each as {@code class.method(file:line)};
 *     empty if it is not known
 * @param samples its sums, the one with most live bytes first
 */
public record ProfiledSite(List<String> frames, List<ProfiledSample> samples) {

  static ProfiledSite of(Site site, List<ProfiledSample> samples) {
    return new ProfiledSite(
        site.frames().stream().map(frame -> new Site(List.of(frame)).top()).toList(), samples);
  }
}
