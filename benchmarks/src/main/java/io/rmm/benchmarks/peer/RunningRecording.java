package io.rmm.benchmarks.peer;

import io.rmm.jfr.RecordingSettings;
import jdk.jfr.Recording;

/** A recording with default.jfc and rmm.jfc, as a production process has it. */
final class RunningRecording implements AutoCloseable {

  private final Recording recording = new Recording();

  void start() {
    recording.setSettings(RecordingSettings.over("default"));
    recording.start();
  }

  @Override
  public void close() {
    recording.close();
  }
}
