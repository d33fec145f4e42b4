package io.rmm.jmx;

import io.rmm.allocator.SiteProfile;
import java.util.Comparator;
import java.util.List;

/**
 * A profile as JMX shows it.
 *
 * @param kind {@code live} or {@code allocated}
 * @param truncated whether rows were left out, or are told together, because there are too many
 * @param rows the rows, the one with most bytes first
 */
public record ProfileDump(String kind, boolean truncated, List<ProfileRow> rows) {

  /** Of live blocks. */
  static final String LIVE = "live";

  /** Of all blocks so far. */
  static final String ALLOCATED = "allocated";

  /** Some 4 MiB on the wire, at 16 frames a row. */
  private static final int MOST_ROWS = 2_000;

  /**
   * Makes the dump of {@code kind} of a profile.
   *
   * @throws IllegalArgumentException if there is no such kind
   */
  static ProfileDump of(SiteProfile profile, String kind) {
    if (!kind.equals(LIVE) && !kind.equals(ALLOCATED)) {
      throw new IllegalArgumentException(
          "a profile is " + LIVE + " or " + ALLOCATED + ", not " + kind);
    }
    List<ProfileRow> rows =
        profile.sites().stream()
            .map(entry -> row(entry, kind.equals(LIVE)))
            .filter(row -> row.samples() > 0)
            .sorted(Comparator.comparingLong(ProfileRow::bytes).reversed())
            .toList();
    return new ProfileDump(
        kind,
        profile.truncated() || rows.size() > MOST_ROWS,
        rows.subList(0, Math.min(rows.size(), MOST_ROWS)));
  }

  private static ProfileRow row(SiteProfile.Entry entry, boolean live) {
    List<String> frames = entry.site().frames().stream().map(StackTraceElement::toString).toList();
    return live
        ? new ProfileRow(frames, entry.liveBytes(), entry.liveBytesError(), entry.liveSamples())
        : new ProfileRow(
            frames, entry.allocatedBytes(), entry.allocatedBytesError(), entry.allocatedSamples());
  }
}
