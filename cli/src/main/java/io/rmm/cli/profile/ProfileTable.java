package io.rmm.cli.profile;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.SiteProfile.Entry;
import io.rmm.dashboards.console.Amounts;
import io.rmm.dashboards.console.Owners;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A profile as lines of text: the sites with most bytes, each with its stack below it. */
public final class ProfileTable {

  /** Where the last column of a row begins. */
  private static final int SITE_COLUMN = 43;

  private ProfileTable() {}

  /**
   * Returns the lines.
   *
   * @param live whether to tell of live bytes, or of all that was allocated
   * @param most how many sites to tell of
   */
  public static List<String> lines(SiteProfile profile, boolean live, int most) {
    Function<Entry, Estimate> part = live ? Entry::live : Entry::allocated;
    List<Entry> sites =
        profile.sites().stream()
            .filter(entry -> part.apply(entry).value() > 0)
            .sorted(Comparator.<Entry>comparingLong(entry -> part.apply(entry).value()).reversed())
            .toList();
    Estimate total = Estimate.sum(sites.stream().map(part).toList());
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s bytes, estimated from samples: %s (%s to %s) at %,d %s"
            .formatted(
                live ? "Live" : "Allocated",
                Amounts.bytes(total.value()),
                Amounts.bytes(total.low()),
                Amounts.bytes(total.high()),
                sites.size(),
                sites.size() == 1 ? "site" : "sites"));
    if (sites.isEmpty()) {
      return lines;
    }
    lines.add(
        "By owner: "
            + Owners.told(sites, ProfileTable::classes, entry -> part.apply(entry).value()));
    lines.add("%9s  %22s  %6s  %s".formatted("BYTES", "95 % INTERVAL", "SHARE", "SITE"));
    for (Entry entry : sites.subList(0, Math.min(most, sites.size()))) {
      addRow(lines, entry, part.apply(entry), total);
    }
    if (sites.size() > most) {
      lines.add("and %,d more sites".formatted(sites.size() - most));
    }
    if (profile.truncated()) {
      lines.add("The program has more sites than a profile keeps; some are told together.");
    }
    return lines;
  }

  private static List<String> classes(Entry entry) {
    return entry.site().frames().stream().map(StackTraceElement::getClassName).toList();
  }

  private static void addRow(List<String> lines, Entry entry, Estimate bytes, Estimate total) {
    lines.add(
        "%9s  %9s to %9s  %6s  %s"
            .formatted(
                Amounts.bytes(bytes.value()),
                Amounts.bytes(bytes.low()),
                Amounts.bytes(bytes.high()),
                String.format(Locale.ROOT, "%.1f%%", 100.0 * bytes.value() / total.value()),
                Amounts.printable(entry.site().top())));
    List<String> frames = List.of(entry.site().toString().split(" < ", -1));
    for (String frame : frames.subList(1, frames.size())) {
      lines.add(" ".repeat(SITE_COLUMN + 2) + Amounts.printable(frame));
    }
  }
}
