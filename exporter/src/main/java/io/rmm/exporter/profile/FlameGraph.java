package io.rmm.exporter.profile;

import io.rmm.allocator.SiteProfile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Writes a page with a flame graph, which loads nothing and runs from a file.
 *
 * <p>The page holds the samples as lines of fields, in an element that is not shown; its script
 * builds the tree, so that live and allocated bytes, and budgets, can be switched without another
 * file. The script puts names into the page as text only. Here {@code &} and {@code <} are escaped,
 * and tabs and newlines, which divide fields and lines, have become replacement characters in
 * {@link Texts}. As a second wall the page's content security policy allows the one script and the
 * one style sheet by their hashes, and nothing else.
 */
final class FlameGraph {

  /** Put in the place of {@code {{name}}} in the page; the profile comes in the middle. */
  private record Page(String beforeProfile, String afterProfile) {

    static Page load() throws IOException {
      String style = resource("flame-graph.css");
      String script = resource("flame-graph.js");
      String page =
          resource("flame-graph.html")
              .replace("{{style-hash}}", hash(style))
              .replace("{{script-hash}}", hash(script))
              .replace("{{style}}", style)
              .replace("{{script}}", script);
      String place = "{{profile}}";
      int at = page.indexOf(place);
      return new Page(page.substring(0, at), page.substring(at + place.length()));
    }

    private static String resource(String name) throws IOException {
      try (InputStream stream =
          Objects.requireNonNull(FlameGraph.class.getResourceAsStream(name), name)) {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      }
    }

    private static String hash(String content) {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }

  private final StringBuilder text = new StringBuilder();
  private final Map<String, Integer> frames = new LinkedHashMap<>();

  private FlameGraph() {}

  static void write(HeapProfile profile, OutputStream out) throws IOException {
    Page page = Page.load();
    FlameGraph graph = new FlameGraph();
    graph.tell(profile);
    out.write(page.beforeProfile().getBytes(StandardCharsets.UTF_8));
    out.write(escape(graph.text.toString()).getBytes(StandardCharsets.UTF_8));
    out.write(page.afterProfile().getBytes(StandardCharsets.UTF_8));
  }

  private void tell(HeapProfile profile) {
    line("manager", Texts.printable(profile.manager()));
    line("time", profile.time().truncatedTo(ChronoUnit.SECONDS));
    line("mean", profile.sites().meanBytes());
    line("truncated", profile.sites().truncated());
    for (SiteProfile.Sample sample : profile.sites().samples()) {
      String stack =
          sample.site().isKnown()
              ? Texts.outermostFirst(sample.site()).stream()
                  .map(frame -> id(Texts.function(frame), Texts.place(frame)))
                  .collect(Collectors.joining(","))
              : id(Texts.UNKNOWN, "");
      line(
          "sample",
          Texts.printable(sample.budget()),
          sample.blockBytes(),
          sample.liveBytes().value(),
          sample.liveBytes().error(),
          sample.allocatedBytes().value(),
          sample.allocatedBytes().error(),
          sample.liveObjects().value(),
          sample.allocatedObjects().value(),
          sample.liveSamples(),
          sample.allocatedSamples(),
          stack);
    }
  }

  /** Returns the id of a frame, which is told first if it is new. */
  private String id(String function, String place) {
    Integer known = frames.get(function + "\t" + place);
    if (known == null) {
      known = frames.size();
      frames.put(function + "\t" + place, known);
      line("frame", function, place);
    }
    return known.toString();
  }

  private void line(Object... fields) {
    for (int i = 0; i < fields.length; i++) {
      text.append(i == 0 ? "" : "\t").append(fields[i]);
    }
    text.append('\n');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
