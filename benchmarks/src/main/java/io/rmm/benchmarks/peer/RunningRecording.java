package io.rmm.benchmarks.peer;

import io.rmm.jfr.RecordingSettings;
import jdk.jfr.Recording;

/** A recording with default.jfc and rmm.jfc, as a production process has it. */
public final class RunningRecording implements AutoCloseable {

  private final Recording recording = new Recording();

  /** Makes a recording that is not yet under way. */
  public RunningRecording() {}

  /** Starts it. */
  public void start() {
    recording.setSettings(RecordingSettings.over("default"));
    recording.start();
  }

  @Override
  public void close() {
    recording.close();
  }
}
