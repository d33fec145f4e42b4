package io.rmm.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonReportTest {

  private static final Path DOCUMENT = Path.of("..", "docs", "report.md");

  @TempDir private static Path directory;

  private static JsonNode json = MissingNode.getInstance();

  @BeforeAll
  static void render() throws Exception {
    json = new JsonMapper().readTree(JsonReport.render(HostileRecording.report(directory)));
  }

  @Test
  void saysTheSameAsThePage() {
    assertThat(json.at("/format").asText()).isEqualTo("rmm-report/1");
    assertThat(json.at("/severity").asText()).isEqualTo("WARNING");
    assertThat(json.at("/recording/events").asLong()).isEqualTo(242);
    assertThat(json.at("/recording/start").asText()).isEqualTo("2026-09-21T14:13:20Z");
    assertThat(json.at("/recording/durationNanos").asLong()).isEqualTo(59_000_000_000L);
    assertThat(json.at("/managers/0/manager").asText()).isEqualTo(HostileRecording.ATTACK);
    assertThat(json.at("/managers/0/used").asLong()).isEqualTo(59L << 20);
    assertThat(json.at("/managers/0/usedHistory")).hasSize(60);
    assertThat(json.at("/misuses/0/detectionSite"))
        .extracting(JsonNode::asText)
        .containsExactly(HostileRecording.ATTACK, HostileRecording.ATTACK);
    assertThat(json.at("/lostBlocks/0/estimatedBytes").asLong()).isEqualTo(1 << 20);
    assertThat(json.at("/growths/0/limit/bytes").asLong()).isEqualTo(100 << 20);
    assertThat(json.at("/findings")).hasSize(3);
    assertThat(json.at("/rules").size()).isGreaterThan(60);
  }

  @Test
  void anAbsentLimitIsNull() {
    assertThat(json.at("/budgets/1/budget").asText()).isEqualTo("root");
    assertThat(json.at("/budgets/1/hard").isNull()).isTrue();
    assertThat(json.at("/budgets/0/hard").asLong()).isEqualTo(100 << 20);
  }

  @Test
  void everyNameIsDocumentedAndNoOther() throws Exception {
    SortedSet<String> written = new TreeSet<>();
    collect("", json, written);
    SortedSet<String> documented = new TreeSet<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      if (line.startsWith("| `")) {
        documented.add(line.substring(3, line.indexOf('`', 3)));
      }
    }

    assertThat(written).isEqualTo(documented);
  }

  /** Collects paths like {@code misuses[].kind}. */
  private static void collect(String path, JsonNode node, SortedSet<String> paths) {
    if (node.isArray()) {
      node.forEach(element -> collect(path + "[]", element, paths));
    } else if (node.isObject()) {
      node.properties()
          .forEach(
              property ->
                  collect(
                      path.isEmpty() ? property.getKey() : path + "." + property.getKey(),
                      property.getValue(),
                      paths));
    } else {
      paths.add(path);
    }
  }
}
