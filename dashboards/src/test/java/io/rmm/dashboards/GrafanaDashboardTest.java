package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules of Grafana's dashboard-linter that make a dashboard usable on any Prometheus: the data
 * source, the jobs and the instances are chosen by variables, and every panel explains itself.
 */
class GrafanaDashboardTest {

  private static final Set<String> SERIES =
      Stream.of(Vocabulary.labelsByMetric().keySet(), Rules.recorded().keySet())
          .flatMap(Set::stream)
          .collect(Collectors.toSet());

  private static final Pattern SELECTOR = Pattern.compile("(rmm[_:][\\w:]+)(\\{[^}]*})?");
  private static final Pattern COUNTER = Pattern.compile("\\brmm_\\w+_total\\b");
  private static final Pattern COUNTER_IN_RATE =
      Pattern.compile(
          "\\b(?:rate|increase)\\(rmm_\\w+_total(?:\\{[^}]*})?\\[\\$__rate_interval]\\)");

  static Stream<Named<JsonNode>> dashboards() {
    return ProjectFiles.dashboards().stream()
        .map(file -> Named.of(file.getFileName().toString(), json(file)));
  }

  static Stream<Named<JsonNode>> panels() {
    return dashboards()
        .flatMap(dashboard -> panels(dashboard.getPayload()).stream())
        .map(panel -> Named.of(panel.path("title").asText(), panel));
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void chooseDataSourceJobAndInstanceByVariables(JsonNode dashboard) {
    assertThat(dashboard.path("schemaVersion").asInt()).isGreaterThanOrEqualTo(42);
    assertThat(dashboard.path("uid").asText()).isNotBlank();
    assertThat(dashboard.path("editable").asBoolean(true)).isFalse();

    JsonNode dataSource = variable(dashboard, "datasource");
    assertThat(dataSource.path("type").asText()).isEqualTo("datasource");
    assertThat(dataSource.path("query").asText()).isEqualTo("prometheus");
    for (String name : List.of("job", "instance")) {
      JsonNode variable = variable(dashboard, name);
      assertThat(variable.path("type").asText()).isEqualTo("query");
      assertThat(variable.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
      assertThat(variable.path("query").path("query").asText())
          .matches("label_values\\(.+, " + name + "\\)");
      assertThat(variable.path("multi").asBoolean()).isTrue();
      assertThat(variable.path("allValue").asText()).isEqualTo(".+");
      assertThat(variable.path("refresh").asInt())
          .as("reload when the time range changes")
          .isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void layOutPanelsOnceAndSideBySide(JsonNode dashboard) {
    Set<Integer> ids = new HashSet<>();
    Set<List<Integer>> cells = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).as("own id: %s", panel.path("title")).isTrue();
      JsonNode place = panel.path("gridPos");
      int right = place.path("x").asInt() + place.path("w").asInt();
      assertThat(right).as("fits into 24 columns: %s", panel.path("title")).isBetween(1, 24);
      for (int x = place.path("x").asInt(); x < right; x++) {
        for (int y = 0; y < place.path("h").asInt(); y++) {
          assertThat(cells.add(List.of(x, place.path("y").asInt() + y)))
              .as("overlaps no other panel: %s", panel.path("title"))
              .isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("panels")
  void explainThemselves(JsonNode panel) {
    assertThat(panel.path("title").asText()).isNotBlank();
    assertThat(panel.path("description").asText()).isNotBlank();
    assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText()).isNotBlank();
    assertThat(panel.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
    assertThat(panel.path("targets").size()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("panels")
  void askForTheChosenInstancesOnly(JsonNode panel) {
    for (JsonNode target : panel.path("targets")) {
      String expression = target.path("expr").asText();
      assertThat(target.path("datasource").path("uid").asText()).isEqualTo("${datasource}");
      List<String> selectors =
          SELECTOR
              .matcher(expression)
              .results()
              .filter(match -> SERIES.contains(match.group(1)))
              .map(MatchResult::group)
              .toList();
      assertThat(selectors).isNotEmpty();
      assertThat(selectors)
          .allSatisfy(
              selector ->
                  assertThat(selector)
                      .contains("job=~\"$job\"")
                      .contains("instance=~\"$instance\"")
                      .contains("rmm_manager_name=~\"$manager\""));
    }
  }

  @ParameterizedTest
  @MethodSource("panels")
  void showCountersAsRates(JsonNode panel) {
    for (JsonNode target : panel.path("targets")) {
      String expression = target.path("expr").asText();
      assertThat(COUNTER_IN_RATE.matcher(expression).results().count())
          .as(expression)
          .isEqualTo(COUNTER.matcher(expression).results().count());
    }
  }

  /** All panels but the rows, which only hold a heading. */
  static List<JsonNode> panels(JsonNode dashboard) {
    List<JsonNode> panels = new ArrayList<>();
    for (JsonNode panel : dashboard.path("panels")) {
      if (!panel.path("type").asText().equals("row")) {
        panels.add(panel);
      }
    }
    return panels;
  }

  private static JsonNode variable(JsonNode dashboard, String name) {
    for (JsonNode variable : dashboard.path("templating").path("list")) {
      if (variable.path("name").asText().equals(name)) {
        return variable;
      }
    }
    throw new AssertionError("no variable " + name);
  }

  static JsonNode json(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
  }
}
