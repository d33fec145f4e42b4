package io.rmm.agent;

import io.rmm.allocator.BudgetLimits;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the agent is told at its start: {@code name=value}, separated by commas.
 *
 * @param limit the most bytes that may be taken at once; {@link Long#MAX_VALUE} if that is not
 *     limited
 * @param sampleInterval mean bytes between two samples
 * @param otlp where metrics and events are sent: an address, {@link #ENVIRONMENT}, or empty
 * @param opentelemetry whether they are shown in the program's own OpenTelemetry
 * @param micrometer whether metrics are shown in the program's own Micrometer
 */
record AgentOptions(
    long limit, long sampleInterval, String otlp, boolean opentelemetry, boolean micrometer) {

  /** In the place of an address: to where OpenTelemetry's own settings say. */
  static final String ENVIRONMENT = "env";

  private static final String LIMIT = "limit";
  private static final String MICROMETER = "micrometer";
  private static final String OPENTELEMETRY = "opentelemetry";
  private static final String OTLP = "otlp";
  private static final String SAMPLE_INTERVAL = "sampleInterval";

  /** Each is 1,024 times the one before. */
  private static final String UNITS = "kmgt";

  private static final long MOST = 1L << 50;

  /**
   * Reads options.
   *
   * @throws IllegalArgumentException if there is one that does not exist, or a value that is none
   */
  static AgentOptions parse(String text) {
    Map<String, String> values = new TreeMap<>();
    values.put(LIMIT, "");
    values.put(MICROMETER, "false");
    values.put(OPENTELEMETRY, "false");
    values.put(OTLP, "");
    values.put(SAMPLE_INTERVAL, "512k");
    for (String option : text.split(",", -1)) {
      if (!option.isBlank()) {
        read(option.strip(), values);
      }
    }
    return new AgentOptions(
        value(LIMIT, values).isEmpty() ? Long.MAX_VALUE : bytes(LIMIT, value(LIMIT, values)),
        bytes(SAMPLE_INTERVAL, value(SAMPLE_INTERVAL, values)),
        address(value(OTLP, values)),
        flag(OPENTELEMETRY, value(OPENTELEMETRY, values)),
        flag(MICROMETER, value(MICROMETER, values)));
  }

  private static String value(String name, Map<String, String> values) {
    return values.getOrDefault(name, "");
  }

  private static void read(String option, Map<String, String> values) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    if (!values.containsKey(name)) {
      throw new IllegalArgumentException(
          "there is no option '" + name + "'; there are " + String.join(", ", values.keySet()));
    }
    if (equals < 0 || equals == option.length() - 1) {
      throw new IllegalArgumentException(
          "the option '" + name + "' needs a value, as in " + example(name));
    }
    values.put(name, option.substring(equals + 1));
  }

  private static String example(String name) {
    return switch (name) {
      case OTLP -> "http://127.0.0.1:4318";
      case MICROMETER, OPENTELEMETRY -> "true";
      default -> "512m";
    };
  }

  private static boolean flag(String name, String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException(
          "the option '" + name + "' is true or false, not '" + text + "'");
    }
    return text.equals("true");
  }

  private static String address(String text) {
    if (!text.isEmpty()
        && !text.equals(ENVIRONMENT)
        && !text.startsWith("http://")
        && !text.startsWith("https://")) {
      throw new IllegalArgumentException(
          "the option '"
              + OTLP
              + "' is an address, as in "
              + example(OTLP)
              + ", or "
              + ENVIRONMENT
              + ", not '"
              + text
              + "'");
    }
    return text;
  }

  private static long bytes(String name, String text) {
    String digits = text.toLowerCase(Locale.ROOT);
    int unit = digits.isEmpty() ? -1 : UNITS.indexOf(digits.charAt(digits.length() - 1));
    if (unit >= 0) {
      digits = digits.substring(0, digits.length() - 1);
    }
    int shift = 10 * (unit + 1);
    long number;
    try {
      number = Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the option '" + name + "' is a number of bytes, as in 512m, not '" + text + "'", e);
    }
    if (number < 1 || number > MOST >> shift) {
      throw new IllegalArgumentException("the option '" + name + "' is 1 to 2^50 bytes");
    }
    return number << shift;
  }

  /** Tells whether something is to be shown in OpenTelemetry or Micrometer. */
  boolean asksForTelemetry() {
    return opentelemetry || micrometer || !otlp.isEmpty();
  }

  /** Returns the limits of all kinds together. */
  BudgetLimits limits() {
    return limit == Long.MAX_VALUE ? BudgetLimits.unlimited() : BudgetLimits.hard(limit);
  }
}
