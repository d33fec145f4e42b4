package io.rmm.allocator;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Live and allocated bytes by site, estimated from the observed blocks.
 *
 * <p>There are two lists of the same sums. {@link #samples()} tells them apart by site, budget and
 * size of the slot, {@link #sites()} by site alone. A site, or a combination, of which no block was
 * observed is in neither; with a confidence of 95 % it has taken less than 3.84 times the mean that
 * was in force, which is {@link #meanBytes()} unless it has changed.
 *
 * @param sites the sites, the one with most live bytes first
 * @param truncated whether some sums are told together because there are more than the profile
 *     keeps: those of a site in a sample without budget and size, or those of many sites at {@link
 *     Site#UNKNOWN}
 * @param samples the sums told apart, the one with most live bytes first
 * @param meanBytes bytes between two observations, on average and at this moment; 0 if every
 *     allocation is observed, {@link #UNKNOWN_MEAN} if the source cannot tell
 */
public record SiteProfile(
    List<Entry> sites, boolean truncated, List<Sample> samples, long meanBytes) {

  /** The mean of a source that cannot tell it. */
  public static final long UNKNOWN_MEAN = -1;

  /** Keeps copies, so that the profile is immutable. */
  public SiteProfile {
    sites = List.copyOf(sites);
    samples = List.copyOf(samples);
  }

  /** Makes the profile of a source that knows sites and nothing beyond. */
  public SiteProfile(List<Entry> sites, boolean truncated) {
    this(sites, truncated, sites.stream().map(Sample::of).toList(), UNKNOWN_MEAN);
  }

  /** Makes a profile of samples in any order, and adds up the sites. */
  public static SiteProfile of(List<Sample> samples, boolean truncated, long meanBytes) {
    Map<Site, List<Sample>> bySite =
        samples.stream()
            .collect(Collectors.groupingBy(Sample::site, LinkedHashMap::new, Collectors.toList()));
    List<Entry> sites =
        bySite.entrySet().stream()
            .map(site -> Entry.of(site.getKey(), site.getValue()))
            .sorted(
                Comparator.comparingLong(Entry::liveBytes)
                    .thenComparingLong(Entry::allocatedBytes)
                    .reversed())
            .toList();
    List<Sample> sorted =
        samples.stream()
            .sorted(
                Comparator.<Sample>comparingLong(sample -> sample.liveBytes().value())
                    .thenComparingLong(sample -> sample.allocatedBytes().value())
                    .reversed())
            .toList();
    return new SiteProfile(sites, truncated, sorted, meanBytes);
  }

  /** Returns the profile of a source that does not sample. */
  public static SiteProfile empty() {
    return new SiteProfile(List.of(), false);
  }

  /**
   * What one site holds and has taken. Errors are those of {@link Estimate}.
   *
   * @param site the place
   * @param liveBytes estimated bytes of the slots that are live now
   * @param liveBytesError its error, in bytes
   * @param allocatedBytes estimated bytes of the slots allocated so far
   * @param allocatedBytesError its error, in bytes
   * @param liveSamples observed blocks that are live
   * @param allocatedSamples observed blocks so far
   */
  public record Entry(
      Site site,
      long liveBytes,
      long liveBytesError,
      long allocatedBytes,
      long allocatedBytesError,
      long liveSamples,
      long allocatedSamples) {

    private static Entry of(Site site, List<Sample> samples) {
      Estimate live = Estimate.sum(samples.stream().map(Sample::liveBytes).toList());
      Estimate allocated = Estimate.sum(samples.stream().map(Sample::allocatedBytes).toList());
      return new Entry(
          site,
          live.value(),
          live.error(),
          allocated.value(),
          allocated.error(),
          samples.stream().mapToLong(Sample::liveSamples).sum(),
          samples.stream().mapToLong(Sample::allocatedSamples).sum());
    }

    /** Returns the live bytes with their interval. */
    public Estimate live() {
      return new Estimate(liveBytes, liveBytesError);
    }

    /** Returns the allocated bytes with their interval. */
    public Estimate allocated() {
      return new Estimate(allocatedBytes, allocatedBytesError);
    }
  }

  /**
   * What one site holds and has taken in one budget, in slots of one size.
   *
   * @param site the place
   * @param budget the path of the budget; empty if several are told together
   * @param blockBytes bytes of a slot; 0 if several sizes are told together
   * @param liveBytes bytes of the slots that are live now
   * @param liveObjects number of the blocks that are live now
   * @param allocatedBytes bytes of the slots allocated so far
   * @param allocatedObjects number of the blocks allocated so far
   * @param liveSamples observed blocks that are live
   * @param allocatedSamples observed blocks so far
   */
  public record Sample(
      Site site,
      String budget,
      long blockBytes,
      Estimate liveBytes,
      Estimate liveObjects,
      Estimate allocatedBytes,
      Estimate allocatedObjects,
      long liveSamples,
      long allocatedSamples) {

    private static Sample of(Entry entry) {
      return new Sample(
          entry.site(),
          "",
          0,
          entry.live(),
          Estimate.NONE,
          entry.allocated(),
          Estimate.NONE,
          entry.liveSamples(),
          entry.allocatedSamples());
    }
  }
}
