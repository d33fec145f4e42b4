package io.rmm.allocator;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Holds the process's manager, and builds it when it is first asked for. */
final class GlobalManager {

  /** A number of bytes as the JVM's own options have them. */
  private static final Pattern BYTES = Pattern.compile("(\\d{1,18})([kmg]?)");

  private static volatile @Nullable MemoryManager manager;

  private GlobalManager() {}

  static MemoryManager get() {
    MemoryManager known = manager;
    return known != null ? known : getOrBuild();
  }

  private static synchronized MemoryManager getOrBuild() {
    MemoryManager known = manager;
    if (known == null) {
      known = build();
      manager = known;
    }
    return known;
  }

  private static MemoryManager build() {
    MemoryManager.Builder builder =
        MemoryManager.builder().name(System.getProperty("rmm.name", "global"));
    String safety = System.getProperty("rmm.safety");
    if (safety != null) {
      builder.safetyMode(safetyMode(safety));
    }
    ifSet("rmm.limit", bytes -> builder.limits(BudgetLimits.hard(bytes)));
    ifSet("rmm.quarantine", builder::quarantine);
    ifSet("rmm.sample.interval", builder::sampleInterval);
    ifSet("rmm.guard.budget", builder::guardBudget);
    return builder.build(false);
  }

  private static SafetyMode safetyMode(String text) {
    try {
      return SafetyMode.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "system property rmm.safety must be one of "
              + Arrays.toString(SafetyMode.values())
              + ", not "
              + text,
          e);
    }
  }

  private static void ifSet(String property, LongConsumer setting) {
    String text = System.getProperty(property);
    if (text != null) {
      long bytes = bytes(property, text);
      try {
        setting.accept(bytes);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "system property " + property + " is refused: " + e.getMessage(), e);
      }
    }
  }

  static long bytes(String property, String text) {
    Matcher matcher = BYTES.matcher(text.toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      int shift = "kmg".indexOf(matcher.group(2)) * 10 + 10;
      long unit = matcher.group(2).isEmpty() ? 1 : 1L << shift;
      long number = Long.parseLong(matcher.group(1));
      if (number <= Long.MAX_VALUE / unit) {
        return number * unit;
      }
    }
    throw new IllegalArgumentException(
        "system property "
            + property
            + " must be a number of bytes with an optional suffix k, m or g, and below 2^63, not "
            + text);
  }
}
