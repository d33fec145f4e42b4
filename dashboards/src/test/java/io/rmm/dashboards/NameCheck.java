package io.rmm.dashboards;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Finds names in a text that look like signals of RMM but are in no registry: metrics, labels and
 * their values, events, beans, recording rules.
 *
 * <p>Works line by line on the raw text, whatever its format, so that every finding has a line and
 * nothing is exempt because a parser does not look there (descriptions, comments, prose).
 */
final class NameCheck {

  /** One unknown name. */
  record Finding(int line, String problem) {}

  private static final Pattern PROMETHEUS_NAME = Pattern.compile("(?<![\\w.])rmm_\\w+");
  private static final Pattern RECORDED_NAME = Pattern.compile("(?<![\\w.])rmm:\\w[\\w:]*");
  private static final Pattern DOTTED_NAME =
      Pattern.compile("(?:(?<![\\w.])|(?<=-D))rmm\\.\\w+(?:\\.\\w+)*");
  private static final Pattern FILE_NAME = Pattern.compile("rmm\\.(?:jar|jfc|jfr)");
  private static final Pattern BEAN = Pattern.compile("io\\.rmm:type=(\\w+)");

  private static final Pattern WORD = Pattern.compile("\\w+");
  private static final String STRING = "\"(?:[^\"\\\\]|\\\\.)*\"";
  private static final Pattern SELECTOR =
      Pattern.compile("(rmm[_:][\\w:]+)\\{((?:[^}\"]|" + STRING + ")*)}");
  private static final Pattern MATCHER =
      Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*(" + STRING + ")");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right) ?\\(([\\w, ]*)\\)");
  private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\(.*, *(\\w+)\\)");
  private static final Pattern LEGEND = Pattern.compile("\\{\\{ *(\\w+) *}}");
  private static final Pattern TEMPLATE_LABEL = Pattern.compile("\\$labels\\.(\\w+)");

  private final Map<String, Set<String>> labelsBySeries;
  private final Map<String, Set<String>> labelValues = Vocabulary.labelValues();
  private final Set<String> labels = new HashSet<>();
  private final Set<String> dottedNames;
  private final Set<String> beanTypes = Vocabulary.beanTypes();

  /**
   * Makes a check.
   *
   * @param recordingRules expressions by the name under which they are recorded; a recorded series
   *     has the labels of the metrics in its expression
   * @param settings names with dots that are no signals: what a user can set
   */
  NameCheck(Map<String, String> recordingRules, Set<String> settings) {
    dottedNames = new HashSet<>(Vocabulary.dottedNames());
    dottedNames.addAll(settings);
    labelsBySeries = new HashMap<>(Vocabulary.labelsByMetric());
    labelsBySeries.values().forEach(labels::addAll);
    Map<String, Set<String>> metrics = Map.copyOf(labelsBySeries);
    recordingRules.forEach(
        (name, expression) -> {
          Set<String> union = new HashSet<>();
          PROMETHEUS_NAME
              .matcher(expression)
              .results()
              .forEach(match -> union.addAll(metrics.getOrDefault(match.group(), Set.of())));
          labelsBySeries.put(name, union);
        });
  }

  /** Returns the unknown names in {@code text}, in the order of its lines. */
  List<Finding> check(String text) {
    List<Finding> findings = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      int number = i + 1;
      // A JSON string holds PromQL with its quotes escaped.
      String line = lines.get(i).replace("\\\"", "\"");
      checkLine(line, (problem, name) -> findings.add(new Finding(number, problem + " " + name)));
    }
    return findings;
  }

  private void checkLine(String line, BiConsumer<String, String> report) {
    for (MatchResult match : matches(PROMETHEUS_NAME, line)) {
      if (!labelsBySeries.containsKey(match.group()) && !labels.contains(match.group())) {
        report.accept("unknown metric or label", match.group());
      }
    }
    for (MatchResult match : matches(RECORDED_NAME, line)) {
      if (!labelsBySeries.containsKey(match.group())) {
        report.accept("unknown recording rule", match.group());
      }
    }
    for (MatchResult match : matches(DOTTED_NAME, line)) {
      String name = match.group();
      if (!dottedNames.contains(name) && !FILE_NAME.matcher(name).matches()) {
        report.accept("unknown metric, attribute, event or setting", name);
      }
    }
    for (MatchResult match : matches(BEAN, line)) {
      if (!beanTypes.contains(match.group(1))) {
        report.accept("unknown bean type", match.group(1));
      }
    }
    for (MatchResult match : matches(SELECTOR, line)) {
      checkSelector(match.group(1), match.group(2), report);
    }
    checkLabelUses(line, report);
  }

  private void checkSelector(String series, String matchers, BiConsumer<String, String> report) {
    Set<String> known = labelsBySeries.getOrDefault(series, labels);
    for (MatchResult match : matches(MATCHER, matchers)) {
      String label = match.group(1);
      String quoted = match.group(2);
      if (!known.contains(label)) {
        report.accept("label that " + series + " does not have:", label);
      }
      Set<String> values = labelValues.get(label);
      if (values != null) {
        for (String value : quoted.substring(1, quoted.length() - 1).split("\\|", -1)) {
          if (!values.contains(value)) {
            report.accept("value that " + label + " never has:", value);
          }
        }
      }
    }
  }

  private void checkLabelUses(String line, BiConsumer<String, String> report) {
    for (Pattern pattern : List.of(GROUPING, LABEL_VALUES, LEGEND, TEMPLATE_LABEL)) {
      for (MatchResult match : matches(pattern, line)) {
        for (MatchResult label : matches(WORD, match.group(1))) {
          if (!labels.contains(label.group())) {
            report.accept("unknown label", label.group());
          }
        }
      }
    }
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }
}
