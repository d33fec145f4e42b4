package io.rmm.dashboards.console;

import io.rmm.dashboards.console.Page.Line;
import io.rmm.dashboards.console.Page.Style;
import io.rmm.dashboards.console.Reading.Leaks;
import io.rmm.dashboards.console.Reading.Manager;
import io.rmm.dashboards.console.Reading.SiteUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is to be said of a manager in words: misuses, suspects of a leak, and who holds memory. */
final class Findings {

  /** Enough to tell a place from its like; {@code rmm profile} has the whole stack. */
  private static final int SITE_FRAMES = 3;

  private Findings() {}

  /** Returns the lines about one manager, with its name where there are several. */
  static List<Line> of(Manager manager, boolean named) {
    String name = named ? Amounts.brief(manager.name().toString()) + ": " : "";
    List<Line> lines = new ArrayList<>();
    if (!manager.misusesByKind().isEmpty()) {
      lines.add(new Line("misuse   " + name + misuse(manager), Style.ALERT));
    }
    manager
        .leaks()
        .filter(leaks -> leaks.suspects() > 0)
        .ifPresent(leaks -> lines.add(new Line("leaks    " + name + suspects(leaks), Style.ALERT)));
    if (manager.leaks().isEmpty()) {
      lines.add(
          new Line(
              "leaks    " + name + "not available: this program has no Leaks bean", Style.PLAIN));
    }
    return lines;
  }

  /** Returns a line about how the managers are set up, and what was lost on the way out. */
  static Optional<String> state(List<Manager> managers) {
    List<String> states = new ArrayList<>();
    for (Manager manager : managers) {
      List<String> state = new ArrayList<>();
      if (!manager.safetyMode().isEmpty()) {
        state.add("safety " + manager.safetyMode().toLowerCase(Locale.ROOT));
      }
      if (!manager.tuningMode().isEmpty()) {
        state.add("tuner " + manager.tuningMode().toLowerCase(Locale.ROOT));
      }
      manager
          .telemetryDropped()
          .filter(dropped -> dropped > 0)
          .ifPresent(dropped -> state.add(Amounts.count(dropped) + " events of telemetry lost"));
      if (!state.isEmpty()) {
        String name = managers.size() > 1 ? Amounts.brief(manager.name().toString()) + ": " : "";
        states.add(name + String.join(", ", state));
      }
    }
    return states.isEmpty()
        ? Optional.empty()
        : Optional.of("state    " + Amounts.printable(String.join("; ", states)));
  }

  /**
   * Returns a line for each of the sites that hold most, of all managers.
   *
   * @param most how many at the most
   */
  static List<String> sites(List<Manager> managers, int most) {
    return managers.stream()
        .map(Manager::leaks)
        .flatMap(Optional::stream)
        .flatMap(leaks -> leaks.topSites().stream())
        .sorted(Comparator.comparingLong(SiteUse::liveBytes).reversed())
        .limit(most)
        .map(
            site ->
                "%9s \u00b1 %-9s %s"
                    .formatted(
                        Amounts.bytes(site.liveBytes()),
                        Amounts.bytes(site.error()),
                        Amounts.printable(innermost(site.site()))))
        .toList();
  }

  /** Returns who holds the live bytes of the largest sites; empty if no site is known. */
  static String owners(List<Manager> managers) {
    List<SiteUse> sites =
        managers.stream()
            .map(Manager::leaks)
            .flatMap(Optional::stream)
            .flatMap(leaks -> leaks.topSites().stream())
            .toList();
    return Owners.told(sites, Findings::classes, SiteUse::liveBytes);
  }

  /** The classes of frames such as {@code class.method(file:line)}; none of an unknown site. */
  private static List<String> classes(SiteUse site) {
    return Arrays.stream(site.site().split(" < ", -1))
        .map(frame -> frame.indexOf('(') < 0 ? frame : frame.substring(0, frame.indexOf('(')))
        .filter(frame -> frame.indexOf('.') >= 0)
        .map(frame -> frame.substring(0, frame.lastIndexOf('.')))
        .toList();
  }

  private static String innermost(String site) {
    String[] frames = site.split(" < ", SITE_FRAMES + 1);
    return frames.length <= SITE_FRAMES
        ? site
        : String.join(" < ", List.of(frames).subList(0, SITE_FRAMES)) + " < \u2026";
  }

  private static String misuse(Manager manager) {
    String kinds =
        manager.misusesByKind().stream()
            .map(kind -> kind.kind() + " " + Amounts.count(kind.count()))
            .collect(Collectors.joining(", "));
    String latest =
        manager
            .lastMisuse()
            .map(
                misuse ->
                    "; last %s ago, %s in %s: %s"
                        .formatted(
                            Amounts.time(
                                Duration.ofMillis(System.currentTimeMillis() - misuse.time())),
                            misuse.kind(),
                            misuse.budget().isEmpty()
                                ? "no known budget"
                                : Amounts.brief(misuse.budget()),
                            misuse.detail()))
            .orElse("");
    return Amounts.printable(kinds + latest);
  }

  private static String suspects(Leaks leaks) {
    return "%s %s that nobody can free, standing for %s"
        .formatted(
            Amounts.count(leaks.suspects()),
            leaks.suspects() == 1 ? "block" : "blocks",
            Amounts.bytes(leaks.suspectBytes()));
  }
}
