package io.rmm.exporter.profile;

import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;

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

  private final Writer out;
  private final Map<String, Integer> frames = new HashMap<>();

  private FlameGraph(Writer out) {
    this.out = out;
  }

  static void write(HeapProfile profile, OutputStream out) throws IOException {
    Page page = Page.load();
    Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    writer.write(page.beforeProfile());
    new FlameGraph(writer).tell(profile);
    writer.write(page.afterProfile());
    writer.flush();
  }

  private void tell(HeapProfile profile) throws IOException {
    line("manager", Texts.printable(profile.manager()));
    line("time", profile.time().truncatedTo(ChronoUnit.SECONDS));
    line("mean", profile.sites().meanBytes());
    line("truncated", profile.sites().truncated());
    for (SiteProfile.Sample sample : profile.sites().samples()) {
      String stack = stack(sample.site());
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

  /** Returns the ids of the frames, outermost first; those that are new are told before. */
  private String stack(Site site) throws IOException {
    if (!site.isKnown()) {
      return id(Texts.UNKNOWN, "");
    }
    StringJoiner ids = new StringJoiner(",");
    for (StackTraceElement frame : Texts.outermostFirst(site)) {
      ids.add(id(Texts.function(frame), Texts.place(frame)));
    }
    return ids.toString();
  }

  private String id(String function, String place) throws IOException {
    String frame = function + "\t" + place;
    Integer known = frames.get(frame);
    if (known == null) {
      known = frames.size();
      frames.put(frame, known);
      line("frame", function, place);
    }
    return known.toString();
  }

  private void line(Object... fields) throws IOException {
    for (int i = 0; i < fields.length; i++) {
      out.write(i == 0 ? "" : "\t");
      out.write(escape(fields[i].toString()));
    }
    out.write('\n');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
