package io.rmm.jmx;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.SiteProfile;

/**
 * What one site holds and has taken, estimated from the observed blocks. An error is that of an
 * {@link Estimate}, whose 95 % interval follows from both.
 *
 * @param site the frames of the site, innermost first, or {@code "unknown"}
 * @param liveBytes bytes of the slots that are live now
 * @param liveBytesError its error, in bytes
 * @param allocatedBytes bytes of the slots allocated so far
 * @param allocatedBytesError its error, in bytes
 * @param liveSamples observed blocks that are live
 * @param allocatedSamples observed blocks so far
 */
public record SiteRow(
    String site,
    long liveBytes,
    long liveBytesError,
    long allocatedBytes,
    long allocatedBytesError,
    long liveSamples,
    long allocatedSamples) {

  static SiteRow of(SiteProfile.Entry entry) {
    return new SiteRow(
        entry.site().toString(),
        entry.liveBytes(),
        entry.liveBytesError(),
        entry.allocatedBytes(),
        entry.allocatedBytesError(),
        entry.liveSamples(),
        entry.allocatedSamples());
  }
}
