package io.rmm.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.signal.EventType;
import io.rmm.analysis.SyntheticRecording;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * Reads the page back as XML, which it also is, and looks at what a browser would see: elements,
 * attributes and texts.
 */
class HtmlReportTest {

  private static final List<String> PLAIN_ELEMENTS =
      List.of(
          "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section",
          "article", "h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "span",
          "code", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary",
          "svg", "path", "line");

  @TempDir private static Path directory;

  private static final String SHOWN = HostileRecording.ATTACK.replace('\u001b', '\ufffd');

  private static String html = "";
  private static List<Element> elements = List.of();

  @BeforeAll
  static void render() throws Exception {
    html = HtmlReport.render(HostileRecording.report(directory));
    elements = parse(html);
  }

  @Test
  void holdsNothingThatRunsOrLoads() {
    assertThat(elements).extracting(Element::getTagName).isSubsetOf(PLAIN_ELEMENTS);
    for (Element element : elements) {
      for (int i = 0; i < element.getAttributes().getLength(); i++) {
        String name = element.getAttributes().item(i).getNodeName();
        assertThat(name).doesNotStartWith("on").isNotIn("href", "src", "action", "style");
      }
    }
    assertThat(texts("style").getFirst()).doesNotContain("url(", "@import");
    assertThat(html).contains("default-src 'none'");
  }

  @Test
  void showsTheTextsOfTheRecordingAsTheyAre() {
    assertThat(texts("h1")).containsExactly("Off-heap memory: a <b> & c.jfr");
    assertThat(texts("code")).contains(SHOWN);
    assertThat(texts("th")).contains(SHOWN);
    assertThat(texts("dd")).contains(SHOWN);
  }

  @Test
  void tellsWhatIsWrongWhereAndHowMuch() {
    assertThat(texts("h2"))
        .containsExactly(
            "What was found",
            "Who holds how much",
            "Misuses",
            "Lost memory",
            "Memory that only grows",
            "Rules of JDK Mission Control");
    assertThat(texts("li").getFirst()).startsWith("Warning");
    assertThat(texts("td")).contains("59 MiB", "60 MiB", "100 MiB", "none");
  }

  @Test
  void drawsEveryAccountWithWordsForThoseWhoDoNotSeeIt() {
    List<Element> pictures =
        elements.stream().filter(element -> element.getTagName().equals("svg")).toList();

    assertThat(pictures).hasSize(3);
    assertThat(pictures)
        .allSatisfy(
            picture ->
                assertThat(picture.getAttribute("aria-label"))
                    .startsWith("Used bytes of ")
                    .contains("at most"));
    assertThat(elements)
        .filteredOn(element -> element.getTagName().equals("path"))
        .allSatisfy(path -> assertThat(path.getAttribute("d")).matches("[MLZ0-9. ]+"));
  }

  @Test
  void aRecordingWithNothingToTellIsAPageToo() throws Exception {
    Path file = directory.resolve("quiet.jfr");
    try (SyntheticRecording recording = new SyntheticRecording(file)) {
      recording
          .setting(EventType.MISUSE, true)
          .event(EventType.CONFIGURATION, 1, "m", Map.of("key", "k", "value", "v"));
    }
    String page = HtmlReport.render(Report.of(file));

    assertThat(page)
        .contains("No misuse of off-heap memory was found.")
        .contains("Used off-heap memory was not recorded.")
        .contains("No statistics of memory managers were recorded.");
    assertThat(parse(page)).isNotEmpty();
  }

  private static List<String> texts(String tag) {
    return elements.stream()
        .filter(element -> element.getTagName().equals(tag))
        .map(element -> element.getTextContent().strip())
        .toList();
  }

  private static List<Element> parse(String page) throws Exception {
    Document document =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(page)));
    NodeList all = document.getElementsByTagName("*");
    List<Element> found = new ArrayList<>();
    for (int i = 0; i < all.getLength(); i++) {
      found.add((Element) all.item(i));
    }
    return found;
  }
}
