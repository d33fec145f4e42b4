package io.rmm.allocator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    Map<Site, SiteSum> bySite = new HashMap<>();
    for (Sample sample : samples) {
      bySite.computeIfAbsent(sample.site(), SiteSum::new).add(sample);
    }
    List<Entry> sites =
        bySite.values().stream().map(SiteSum::read).sorted(SiteProfile::compare).toList();
    List<Sample> sorted = samples.stream().sorted(SiteProfile::compare).toList();
    return new SiteProfile(sites, truncated, sorted, meanBytes);
  }

  private static int compare(Entry one, Entry other) {
    int byLive = Long.compare(other.liveBytes, one.liveBytes);
    return byLive != 0 ? byLive : Long.compare(other.allocatedBytes, one.allocatedBytes);
  }

  private static int compare(Sample one, Sample other) {
    int byLive = Long.compare(other.liveBytes.value(), one.liveBytes.value());
    return byLive != 0
        ? byLive
        : Long.compare(other.allocatedBytes.value(), one.allocatedBytes.value());
  }

  /** The samples of one site, added up in one pass: there may be ten thousand. */
  private static final class SiteSum {

    private final Site site;
    private final Estimate.Sum live = new Estimate.Sum();
    private final Estimate.Sum allocated = new Estimate.Sum();
    private long liveSamples;
    private long allocatedSamples;

    SiteSum(Site site) {
      this.site = site;
    }

    void add(Sample sample) {
      live.add(sample.liveBytes);
      allocated.add(sample.allocatedBytes);
      liveSamples += sample.liveSamples;
      allocatedSamples += sample.allocatedSamples;
    }

    Entry read() {
      Estimate liveBytes = live.read();
      Estimate allocatedBytes = allocated.read();
      return new Entry(
          site,
          liveBytes.value(),
          liveBytes.error(),
          allocatedBytes.value(),
          allocatedBytes.error(),
          liveSamples,
          allocatedSamples);
    }
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
