package io.rmm.dashboards;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a scrape says about RMM, in Prometheus's text format.
 *
 * @param values values by series
 * @param types for example {@code counter}, by metric
 * @param help descriptions by metric
 */
record Scrape(Map<Series, Double> values, Map<String, String> types, Map<String, String> help) {

  /**
   * The name of a series.
   *
   * @param metric the metric
   * @param labels values by label
   */
  record Series(String metric, Map<String, String> labels) {}

  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^(rmm_\\w+)\\{((?:\\w+=\"(?:[^\"\\\\]|\\\\.)*+\",?)*)} (\\S+)$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*+)\"");
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (rmm_\\w+) (\\w+)$");
  private static final Pattern HELP = Pattern.compile("(?m)^# HELP (rmm_\\w+) (.*)$");
  private static final Pattern ESCAPE = Pattern.compile("\\\\(.)");

  /**
   * Parses an answer to a scrape.
   *
   * @throws IllegalArgumentException if a series is there twice, or a line about RMM is none of
   *     these
   */
  static Scrape parse(String text) {
    Map<Series, Double> values = new HashMap<>();
    for (MatchResult sample : SAMPLE.matcher(text).results().toList()) {
      Map<String, String> labels = new HashMap<>();
      LABEL
          .matcher(sample.group(2))
          .results()
          .forEach(label -> labels.put(label.group(1), unescape(label.group(2))));
      Series series = new Series(sample.group(1), Map.copyOf(labels));
      if (values.put(series, Double.valueOf(sample.group(3))) != null) {
        throw new IllegalArgumentException("twice in one scrape: " + series);
      }
    }
    long lines = text.lines().filter(line -> line.startsWith("rmm_")).count();
    if (lines != values.size()) {
      throw new IllegalArgumentException(
          lines + " lines, of which " + values.size() + " are series with labels");
    }
    return new Scrape(values, pairs(TYPE, text), pairs(HELP, text));
  }

  private static String unescape(String value) {
    return ESCAPE
        .matcher(value)
        .replaceAll(
            match -> Matcher.quoteReplacement(match.group(1).equals("n") ? "\n" : match.group(1)));
  }

  private static Map<String, String> pairs(Pattern pattern, String text) {
    Map<String, String> pairs = new HashMap<>();
    pattern.matcher(text).results().forEach(match -> pairs.put(match.group(1), match.group(2)));
    return pairs;
  }
}
