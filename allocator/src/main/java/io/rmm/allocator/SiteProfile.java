package io.rmm.allocator;

import java.util.List;

/**
 * Live and allocated bytes by site, estimated from the observed blocks.
 *
 * @param sites the sites, the one with most live bytes first
 * @param truncated whether sites were left out because there are more than the profile keeps
 */
public record SiteProfile(List<Entry> sites, boolean truncated) {

  /** Keeps a copy, so that the profile is immutable. */
  public SiteProfile {
    sites = List.copyOf(sites);
  }

  /** Returns the profile of a source that does not sample. */
  public static SiteProfile empty() {
    return new SiteProfile(List.of(), false);
  }

  /**
   * What one site holds and has taken. Errors are half widths of 95 % confidence intervals.
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
      long allocatedSamples) {}
}
