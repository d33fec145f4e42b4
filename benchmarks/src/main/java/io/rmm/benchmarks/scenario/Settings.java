package io.rmm.benchmarks.scenario;

import java.util.Map;
import java.util.TreeMap;

/** What a scenario is told, as {@code name=value} on its command line. */
public final class Settings {

  private final Map<String, String> values = new TreeMap<>();

  /** Reads settings from a command line, from its argument number {@code from} on. */
  public static Settings parse(String[] arguments, int from) {
    Settings settings = new Settings();
    for (int i = from; i < arguments.length; i++) {
      String[] pair = arguments[i].split("=", 2);
      if (pair.length != 2) {
        throw new IllegalArgumentException("not name=value: " + arguments[i]);
      }
      settings.values.put(pair[0], pair[1]);
    }
    return settings;
  }

  /** Returns a setting that must have been given. */
  public String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the setting " + name + " is missing");
    }
    return value;
  }

  /** Returns a whole number. */
  public int number(String name) {
    return Integer.parseInt(text(name));
  }
}
