package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rmm.allocator.MisuseKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every alert says what it means, has a page that says what to do, and is tested. */
class AlertsTest {

  static Stream<Named<JsonNode>> alerts() {
    return Rules.alerts().stream().map(alert -> Named.of(name(alert), alert));
  }

  @ParameterizedTest
  @MethodSource("alerts")
  void explainThemselves(JsonNode alert) {
    assertThat(name(alert)).matches("Rmm[A-Z][A-Za-z]+");
    assertThat(alert.path("labels").path("severity").asText()).isIn("critical", "warning", "info");
    JsonNode annotations = alert.path("annotations");
    assertThat(annotations.path("summary").asText()).isNotBlank();
    assertThat(annotations.path("description").asText()).isNotBlank();
    assertThat(ProjectFiles.ROOT.resolve(annotations.path("runbook").asText()))
        .isEqualTo(ProjectFiles.MODULE.resolve("runbooks/" + name(alert) + ".md"))
        .isRegularFile();
  }

  @Test
  void everyRunbookBelongsToAnAlertAndHasTheFourParts() {
    assertThat(ProjectFiles.runbooks().stream().map(file -> file.getFileName().toString()))
        .containsExactlyInAnyOrderElementsOf(
            names().stream().map(name -> name + ".md").collect(Collectors.toSet()));
    assertThat(ProjectFiles.runbooks())
        .allSatisfy(
            page ->
                assertThat(ProjectFiles.text(page).lines().filter(line -> line.startsWith("#")))
                    .containsExactly(
                        "# " + page.getFileName().toString().replace(".md", ""),
                        "## Meaning",
                        "## Impact",
                        "## Diagnosis",
                        "## Mitigation"));
  }

  @Test
  void theMisuseRunbookExplainsEveryKind() {
    String page = ProjectFiles.text(ProjectFiles.MODULE.resolve("runbooks/RmmMisuseDetected.md"));
    for (MisuseKind kind : MisuseKind.values()) {
      assertThat(page).contains("`" + kind.name().toLowerCase(Locale.ROOT) + "`");
    }
  }

  @Test
  void everyAlertIsTestedToSpeakAndToBeSilent() {
    for (String name : names()) {
      List<Boolean> speaks = new ArrayList<>();
      for (Path file : ProjectFiles.ruleTests()) {
        for (JsonNode test : Rules.yaml(file).path("tests")) {
          for (JsonNode moment : test.path("alert_rule_test")) {
            if (moment.path("alertname").asText().equals(name)) {
              speaks.add(!moment.path("exp_alerts").isEmpty());
            }
          }
        }
      }
      assertThat(speaks).as(name).contains(true, false);
    }
  }

  private static Set<String> names() {
    return Rules.alerts().stream().map(AlertsTest::name).collect(Collectors.toSet());
  }

  private static String name(JsonNode alert) {
    return alert.path("alert").asText();
  }
}
