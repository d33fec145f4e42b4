package io.rmm.jmx;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.SiteProfile.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * A whole profile as JMX shows it, so that a reader can make of it what {@code pprof} or a flame
 * graph needs.
 *
 * <p>Monitoring reads all attributes, some of it every second, so this one has a limit: {@value
 * #MOST_SAMPLES} sums are told apart, and the others added up as those of a site that is not known.
 * The sums of a profile are the same with and without the limit.
 *
 * @param truncated whether sums are told together because there are too many
 * @param meanBytes bytes between two observations on average; 0 if every allocation is observed
 * @param sites the sites, the one with most live bytes first
 */
public record ProfileData(boolean truncated, long meanBytes, List<ProfiledSite> sites) {

  /** Some 1 MB on the wire if each is a site of its own, with 16 frames. */
  static final int MOST_SAMPLES = 1_000;

  static ProfileData of(SiteProfile profile) {
    List<Sample> samples = profile.samples();
    boolean tooMany = samples.size() > MOST_SAMPLES;
    List<Sample> shown = samples;
    if (tooMany) {
      shown = new ArrayList<>(samples.subList(0, MOST_SAMPLES - 1));
      shown.add(sum(samples.subList(MOST_SAMPLES - 1, samples.size())));
    }
    Map<Site, List<ProfiledSample>> bySite =
        shown.stream()
            .collect(
                Collectors.groupingBy(
                    Sample::site,
                    LinkedHashMap::new,
                    Collectors.mapping(ProfiledSample::of, Collectors.toList())));
    return new ProfileData(
        profile.truncated() || tooMany,
        profile.meanBytes(),
        bySite.entrySet().stream()
            .map(site -> ProfiledSite.of(site.getKey(), site.getValue()))
            .toList());
  }

  private static Sample sum(List<Sample> samples) {
    return new Sample(
        Site.UNKNOWN,
        "",
        0,
        sum(samples, Sample::liveBytes),
        sum(samples, Sample::liveObjects),
        sum(samples, Sample::allocatedBytes),
        sum(samples, Sample::allocatedObjects),
        count(samples, Sample::liveSamples),
        count(samples, Sample::allocatedSamples));
  }

  private static Estimate sum(List<Sample> samples, Function<Sample, Estimate> part) {
    return Estimate.sum(samples.stream().map(part).toList());
  }

  private static long count(List<Sample> samples, ToLongFunction<Sample> part) {
    return samples.stream().mapToLong(part).sum();
  }
}
