package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Prometheus itself reads the rules, runs their unit tests, and parses the panels' queries. */
@Tag("backend")
class PromtoolTest {

  private static String promtool;

  @BeforeAll
  static void findPromtool() throws Exception {
    promtool = BackendProgram.find("promtool");
  }

  @Test
  void acceptsTheRules() throws Exception {
    assertSuccess(
        promtool("check", "rules", ProjectFiles.RULES.toString(), ProjectFiles.ALERTS.toString()));
  }

  @Test
  void passesTheUnitTestsOfTheRules() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("test", "rules"));
    ProjectFiles.ruleTests().forEach(file -> arguments.add(file.toString()));
    assertSuccess(promtool(arguments.toArray(String[]::new)));
  }

  @Test
  void parsesTheQueriesOfThePanels(@TempDir Path folder) throws Exception {
    Path queries = folder.resolve("queries.yaml");
    Files.writeString(queries, asRules(panelQueries()));
    assertSuccess(promtool("check", "rules", queries.toString()));
  }

  @Test
  void refusesWhatIsNoQuery(@TempDir Path folder) throws Exception {
    Path queries = folder.resolve("queries.yaml");
    Files.writeString(queries, asRules(List.of("sum(rmm_blocks_live")));
    assertThat(promtool("check", "rules", queries.toString()).exitCode()).isNotZero();
  }

  private static Command promtool(String... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(promtool));
    words.addAll(List.of(arguments));
    return Command.run(ProjectFiles.MODULE, words);
  }

  private static List<String> panelQueries() {
    List<String> queries = new ArrayList<>();
    for (Path file : ProjectFiles.dashboards()) {
      for (JsonNode panel : GrafanaDashboardTest.panels(GrafanaDashboardTest.json(file))) {
        for (JsonNode target : panel.path("targets")) {
          queries.add(target.path("expr").asText().replace("$__rate_interval", "1m"));
        }
      }
    }
    return queries;
  }

  /** Makes a file of rules of the queries, because rules are what promtool can parse offline. */
  private static String asRules(List<String> queries) {
    List<Map<String, String>> rules = new ArrayList<>();
    for (String query : queries) {
      rules.add(Map.of("record", "query:" + rules.size(), "expr", query));
    }
    return new Yaml().dump(Map.of("groups", List.of(Map.of("name", "queries", "rules", rules))));
  }

  private static void assertSuccess(Command command) {
    assertThat(command.exitCode()).as(command.output()).isZero();
  }
}
