package io.rmm.jfr;

import java.util.Optional;
import java.util.Set;
import jdk.jfr.SettingControl;

/**
 * A setting of an event, kept as a value instead of as text.
 *
 * <p>Several recordings may be under way, each with a value of its own: what is in force then is
 * the value that gives each of them at least what it asked for. Text that is not understood counts
 * as not given, as Flight Recorder asks for: then the default is in force. Which one is, recordings
 * tell by {@code jdk.ActiveSetting}.
 *
 * <p>Flight Recorder calls with its locks held, so nothing is logged here.
 *
 * @param <T> what the text means
 */
abstract class ParsedSetting<T> extends SettingControl {

  private final T initial;
  private T value;

  ParsedSetting(T initial) {
    this.initial = initial;
    this.value = initial;
  }

  /** Returns what {@code text} means, or nothing if it means nothing. */
  abstract Optional<T> parse(String text);

  /** Returns the value that lets through whatever one of the two lets through. */
  abstract T union(T one, T other);

  /** Returns the text that {@link #parse} understands as {@code value}. */
  abstract String print(T value);

  /** Puts {@code value} in force. */
  abstract void apply(T value);

  @Override
  public final String combine(Set<String> settingValues) {
    return print(
        settingValues.stream()
            .map(text -> parse(text).orElse(initial))
            .reduce(this::union)
            .orElse(initial));
  }

  @Override
  public final void setValue(String settingValue) {
    value = parse(settingValue).orElse(initial);
    apply(value);
  }

  @Override
  public final String getValue() {
    return print(value);
  }
}
