package io.rmm.jfr;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The setting {@code minimumSize}: bytes, or with a unit as the JDK's options have it, {@code 4k}.
 */
final class MinimumSizeSetting extends ParsedSetting<Long> {

  private static final String UNITS = "kmg";

  /** So many digits that what is printed, without a unit, is understood again. */
  private static final Pattern TEXT =
      Pattern.compile(
          "\\s*(?:([0-9]{1,18})|([0-9]{1,8})\\s*([kmg]))(?:i?B)?\\s*", Pattern.CASE_INSENSITIVE);

  MinimumSizeSetting() {
    super(0L);
  }

  @Override
  Optional<Long> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String bytes = matcher.group(1);
    if (bytes != null) {
      return Optional.of(Long.parseLong(bytes));
    }
    int power = UNITS.indexOf(matcher.group(3).toLowerCase(Locale.ROOT)) + 1;
    return Optional.of(Long.parseLong(matcher.group(2)) << (10 * power));
  }

  @Override
  Long union(Long one, Long other) {
    return Math.min(one, other);
  }

  @Override
  String print(Long value) {
    return value.toString();
  }

  @Override
  void apply(Long value) {
    TraceFilter.IN_FORCE.setMinimumSize(value);
  }
}
