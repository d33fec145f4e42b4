package io.rmm.benchmarks.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything that was measured, for other programs. */
final class JsonReport {

  private final Map<String, Object> report = new LinkedHashMap<>();
  private final List<Object> rows = new ArrayList<>();

  JsonReport(Map<String, String> machine, boolean quick) {
    report.put("machine", machine);
    report.put("quick", quick);
    report.put("rows", rows);
  }

  void add(Row row, Outcomes outcomes) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("id", row.id());
    node.put("title", row.title());
    node.put("runs", outcomes.all().stream().map(JsonReport::run).toList());
    node.put(
        "verdicts",
        row.targets().stream()
            .flatMap(target -> target.judge(outcomes).stream())
            .map(JsonReport::verdict)
            .toList());
    rows.add(node);
  }

  private static Map<String, Object> run(Outcomes.Outcome outcome) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("point", outcome.point());
    node.put("peer", outcome.peer().label());
    if (outcome.failure() == null) {
      node.put("metrics", new TreeMap<>(outcome.metrics()));
    } else {
      node.put("failure", outcome.failure());
    }
    return node;
  }

  private static Map<String, Object> verdict(Verdict verdict) {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("what", verdict.what());
    verdict.value().ifPresent(value -> node.put("value", value));
    node.put("limit", verdict.limit());
    node.put("reached", verdict.isReached());
    return node;
  }

  void write(Path file) throws IOException {
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), report);
  }
}
