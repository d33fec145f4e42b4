package io.rmm.cli;

import io.rmm.cli.attach.AttachException;
import io.rmm.cli.attach.RemoteRecorder;
import io.rmm.jfr.RecordingSettings;
import java.util.HashMap;
import java.util.Map;
import javax.management.JMException;

/** What {@code rmm jfr PID start} records with: a file of RMM's over one of the JVM's own. */
enum JfrSettings {
  DEFAULT("default", RecordingSettings.File.PRODUCTION),
  PROFILE("profile", RecordingSettings.File.PRODUCTION),
  LEAK("default", RecordingSettings.File.LEAK),
  ONLY("", RecordingSettings.File.ONLY);

  private final String base;
  private final RecordingSettings.File file;

  /** Settings of a file over those of the JVM's configuration {@code base}, if it has a name. */
  JfrSettings(String base, RecordingSettings.File file) {
    this.base = base;
    this.file = file;
  }

  /** Returns the settings, with those of the JVM as that JVM has them. */
  Map<String, String> in(RemoteRecorder recorder) throws AttachException, JMException {
    Map<String, String> settings = base.isEmpty() ? new HashMap<>() : recorder.configuration(base);
    settings.putAll(RecordingSettings.settings(file));
    return settings;
  }

  /** Returns the names of the files. */
  String describe() {
    return base.isEmpty() ? file.fileName() : base + ".jfc and " + file.fileName();
  }
}
