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
 */
record AgentOptions(long limit, long sampleInterval) {

  private static final String LIMIT = "limit";
  private static final String SAMPLE_INTERVAL = "sampleInterval";

  private static final long DEFAULT_SAMPLE_INTERVAL = 512L << 10;

  /** Each is 1,024 times the one before. */
  private static final String UNITS = "kmgt";

  private static final long MOST = 1L << 50;

  /**
   * Reads options.
   *
   * @throws IllegalArgumentException if there is one that does not exist, or a value that is none
   */
  static AgentOptions parse(String text) {
    Map<String, Long> values = new TreeMap<>();
    values.put(LIMIT, Long.MAX_VALUE);
    values.put(SAMPLE_INTERVAL, DEFAULT_SAMPLE_INTERVAL);
    for (String option : text.split(",", -1)) {
      if (!option.isBlank()) {
        read(option.strip(), values);
      }
    }
    return new AgentOptions(values.get(LIMIT), values.get(SAMPLE_INTERVAL));
  }

  private static void read(String option, Map<String, Long> values) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    if (!values.containsKey(name)) {
      throw new IllegalArgumentException(
          "there is no option '" + name + "'; there are " + String.join(", ", values.keySet()));
    }
    if (equals < 0) {
      throw new IllegalArgumentException("the option '" + name + "' needs a value, as in 512m");
    }
    values.put(name, bytes(name, option.substring(equals + 1)));
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

  /** Returns the limits of all kinds together. */
  BudgetLimits limits() {
    return limit == Long.MAX_VALUE ? BudgetLimits.unlimited() : BudgetLimits.hard(limit);
  }
}
