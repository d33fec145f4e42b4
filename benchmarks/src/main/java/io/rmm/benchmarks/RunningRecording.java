package io.rmm.benchmarks;

import java.io.IOException;
import java.text.ParseException;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/** A recording with default.jfc and with RMM's events, as a production process has it. */
final class RunningRecording implements AutoCloseable {

  private final Recording recording = new Recording();

  void start() {
    try {
      recording.setSettings(Configuration.getConfiguration("default").getSettings());
    } catch (IOException | ParseException e) {
      throw new IllegalStateException("the JDK's default.jfc is missing", e);
    }
    recording.start();
  }

  @Override
  public void close() {
    recording.close();
  }
}
