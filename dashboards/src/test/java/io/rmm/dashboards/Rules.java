package io.rmm.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.Yaml;

/** Reads files of Prometheus rules. */
final class Rules {

  private Rules() {}

  /** Returns the expressions of all recording rules, by the name under which each is recorded. */
  static Map<String, String> recorded() {
    Map<String, String> expressions = new TreeMap<>();
    for (JsonNode rule : rules(ProjectFiles.RULES)) {
      expressions.put(rule.path("record").asText(), rule.path("expr").asText());
    }
    return expressions;
  }

  /** Returns the alerts; one name may stand for several, of different severity. */
  static List<JsonNode> alerts() {
    return rules(ProjectFiles.ALERTS);
  }

  static JsonNode yaml(Path file) {
    Object document = new Yaml().load(ProjectFiles.text(file));
    return new ObjectMapper().valueToTree(document);
  }

  private static List<JsonNode> rules(Path file) {
    List<JsonNode> rules = new ArrayList<>();
    for (JsonNode group : yaml(file).path("groups")) {
      group.path("rules").forEach(rules::add);
    }
    return rules;
  }
}
