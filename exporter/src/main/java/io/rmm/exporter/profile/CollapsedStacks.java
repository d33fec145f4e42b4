package io.rmm.exporter.profile;

import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Writes a line for each site: the frames from the outermost, joined by semicolons, a blank, and
 * bytes. Read by Brendan Gregg's {@code flamegraph.pl}, speedscope, inferno and many others.
 *
 * <p>The format has no room for intervals, budgets and sizes.
 */
final class CollapsedStacks {

  private CollapsedStacks() {}

  static void write(SiteProfile profile, ToLongFunction<SiteProfile.Entry> bytes, OutputStream out)
      throws IOException {
    // Sorted, so that two profiles can be compared; sites that read alike are added up.
    Map<String, Long> lines = new TreeMap<>();
    for (SiteProfile.Entry entry : profile.sites()) {
      long value = bytes.applyAsLong(entry);
      if (value > 0) {
        lines.merge(stack(entry.site()), value, Long::sum);
      }
    }
    for (Map.Entry<String, Long> line : lines.entrySet()) {
      out.write((line.getKey() + " " + line.getValue() + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String stack(Site site) {
    return site.isKnown()
        ? Texts.outermostFirst(site).stream()
            .map(CollapsedStacks::frame)
            .collect(Collectors.joining(";"))
        : Texts.UNKNOWN;
  }

  private static String frame(StackTraceElement frame) {
    String line = frame.getLineNumber() > 0 ? ":" + frame.getLineNumber() : "";
    return (Texts.function(frame) + line).replace(';', ':');
  }
}
