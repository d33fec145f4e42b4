package io.rmm.dashboards;

import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** The rules for JMX clients as they are written. */
final class JmxRules {

  private JmxRules() {}

  /** The rules of jmx-exporter.yaml. */
  static List<Map<String, Object>> exporterRules() {
    return rules("jmx-exporter.yaml");
  }

  /** The rules of otel-jmx.yaml. */
  static List<Map<String, Object>> openTelemetryRules() {
    return rules("otel-jmx.yaml");
  }

  private static List<Map<String, Object>> rules(String file) {
    Map<String, List<Map<String, Object>>> content =
        new Yaml().load(ProjectFiles.text(JmxTarget.configuration(file)));
    return content.get("rules");
  }
}
