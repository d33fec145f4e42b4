package io.rmm.jfr;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import jdk.jfr.Configuration;

/**
 * The settings files of this module.
 *
 * <p>{@code rmm.jfc} and {@code rmm-leak.jfc} are laid over a configuration of the JDK; {@code
 * rmm-only.jfc} stands alone. With a recording started in the program:
 *
 * <pre>{@code
 * Recording recording = new Recording();
 * recording.setSettings(RecordingSettings.over("default"));
 * recording.start();
 * }</pre>
 *
 * With one started by the JVM or by {@code jfr configure}, write {@link #text()} to a file and name
 * it beside {@code default} or {@code profile}: {@code
 * -XX:StartFlightRecording:settings=default,settings=rmm.jfc}.
 */
public final class RecordingSettings {

  /** A settings file. */
  public enum File {
    /** Everything but single allocations and frees: for production, over the JDK's default. */
    PRODUCTION("rmm.jfc"),
    /** One allocation of 64 with its stack and its free: over the JDK's default. */
    LEAK("rmm-leak.jfc"),
    /** The events of this module alone: for recordings that are given to others. */
    ONLY("rmm-only.jfc");

    private final String fileName;

    File(String fileName) {
      this.fileName = fileName;
    }

    /** Returns the name under which the file is known. */
    public String fileName() {
      return fileName;
    }
  }

  private RecordingSettings() {}

  /** Returns the contents of {@code rmm.jfc}, to be written in UTF-8. */
  public static String text() {
    return text(File.PRODUCTION);
  }

  /** Returns the contents of {@code file}, to be written in UTF-8. */
  public static String text(File file) {
    String name = file.fileName();
    try (InputStream in = RecordingSettings.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the module io.rmm.jfr");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the settings of {@code file} alone: {@link File#ONLY} is meant to be used so. */
  public static Map<String, String> settings(File file) {
    try {
      return Configuration.create(new StringReader(text(file))).getSettings();
    } catch (IOException | ParseException e) {
      throw new IllegalStateException(file.fileName() + " in the module io.rmm.jfr is damaged", e);
    }
  }

  /**
   * Returns the settings of one of the JDK's configurations with those of {@code rmm.jfc} over
   * them.
   *
   * @param configuration a name that {@link Configuration#getConfiguration(String)} knows, for
   *     example {@code "default"} or {@code "profile"}
   * @throws IllegalArgumentException if there is no such configuration
   */
  public static Map<String, String> over(String configuration) {
    return over(configuration, File.PRODUCTION);
  }

  /**
   * Returns the settings of one of the JDK's configurations with those of {@code file} over them.
   *
   * @param configuration a name that {@link Configuration#getConfiguration(String)} knows
   * @param file the file
   * @throws IllegalArgumentException if there is no such configuration
   */
  public static Map<String, String> over(String configuration, File file) {
    Map<String, String> settings = new HashMap<>(ofJdk(configuration).getSettings());
    settings.putAll(settings(file));
    return settings;
  }

  private static Configuration ofJdk(String name) {
    try {
      return Configuration.getConfiguration(name);
    } catch (IOException | ParseException e) {
      throw new IllegalArgumentException("Flight Recorder has no configuration named " + name, e);
    }
  }
}
