package io.rmm.jmx;

import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.SiteProfile.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A whole profile as JMX shows it: all that the program itself can say, so that a reader can make
 * the same files of it.
 *
 * <p>The frames of a site stand once for all its sums. There is no limit beyond that of a profile,
 * which tells no more than some 20,000 sums apart.
 *
 * @param truncated whether sums are told together because there are too many
 * @param meanBytes bytes between two observations on average; 0 if every allocation is observed, -1
 *     if the source cannot tell
 * @param sites the sites, the one with the largest sum of live bytes first
 */
public record ProfileData(boolean truncated, long meanBytes, List<ProfiledSite> sites) {

  static ProfileData of(SiteProfile profile) {
    Map<Site, List<ProfiledSample>> bySite =
        profile.samples().stream()
            .collect(
                Collectors.groupingBy(
                    Sample::site,
                    LinkedHashMap::new,
                    Collectors.mapping(ProfiledSample::of, Collectors.toList())));
    return new ProfileData(
        profile.truncated(),
        profile.meanBytes(),
        bySite.entrySet().stream()
            .map(site -> ProfiledSite.of(site.getKey(), site.getValue()))
            .toList());
  }
}
