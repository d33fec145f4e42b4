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
 * The settings file {@code rmm.jfc}, which is laid over one of the JDK's own.
 *
 * <p>With a recording started in the program:
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

  private static final String FILE = "rmm.jfc";

  private RecordingSettings() {}

  /** Returns the contents of {@code rmm.jfc}, to be written in UTF-8. */
  public static String text() {
    try (InputStream in = RecordingSettings.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is missing from the module io.rmm.jfr");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
    Map<String, String> settings = new HashMap<>(ofJdk(configuration).getSettings());
    try {
      settings.putAll(Configuration.create(new StringReader(text())).getSettings());
    } catch (IOException | ParseException e) {
      throw new IllegalStateException(FILE + " in the module io.rmm.jfr is damaged", e);
    }
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
