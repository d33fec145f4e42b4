package io.rmm.cli.attach;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import jdk.management.jfr.ConfigurationInfo;
import jdk.management.jfr.FlightRecorderMXBean;
import jdk.management.jfr.RecordingInfo;

/**
 * Flight Recorder in another JVM, by its MXBean.
 *
 * <p>What was recorded comes through the connection and not by way of a file that the target
 * writes: the target may have another working directory, another user, or a file system of its own.
 */
public final class RemoteRecorder {

  private static final ObjectName NAME = name();

  /** What is asked of a recorder. */
  @FunctionalInterface
  interface Question<T> {
    /** Asks it. */
    T to(FlightRecorderMXBean recorder) throws IOException, JMException;
  }

  private final JvmConnection jvm;

  private RemoteRecorder(JvmConnection jvm) {
    this.jvm = jvm;
  }

  /**
   * Returns the recorder of a JVM, in which nothing is left of dumps whose commands are no more.
   *
   * @throws AttachException if it has none
   */
  public static RemoteRecorder of(JvmConnection jvm) throws AttachException, JMException {
    if (!jvm.call(beans -> beans.isRegistered(NAME))) {
      throw new AttachException(
          "process "
              + jvm.pid()
              + " has no Flight Recorder to be asked: its runtime is without the module"
              + " jdk.management.jfr");
    }
    RemoteDump.sweep(jvm);
    return new RemoteRecorder(jvm);
  }

  /** Returns the recordings that run or have stopped, and are not closed. */
  public List<RecordingInfo> recordings() throws AttachException, JMException {
    return ask(FlightRecorderMXBean::getRecordings);
  }

  /**
   * Returns the settings of one of the target's own configurations: another JDK may have others.
   *
   * @param configuration {@code default} or {@code profile}
   */
  public Map<String, String> configuration(String configuration)
      throws AttachException, JMException {
    return ask(recorder ->
            recorder.getConfigurations().stream()
                .filter(known -> known.getName().equals(configuration))
                .findFirst()
                .map(ConfigurationInfo::getSettings)
                .map(HashMap::new))
        .orElseThrow(
            () ->
                new AttachException(
                    "process " + jvm.pid() + " has no configuration '" + configuration + "'"));
  }

  /**
   * Starts a recording.
   *
   * @param settings by event and setting
   * @param options as {@link FlightRecorderMXBean#setRecordingOptions} has them
   * @return its number
   */
  public long start(Map<String, String> settings, Map<String, String> options)
      throws AttachException, JMException {
    long id = ask(FlightRecorderMXBean::newRecording);
    boolean started = false;
    try {
      ask(
          recorder -> {
            recorder.setRecordingSettings(id, settings);
            recorder.setRecordingOptions(id, options);
            recorder.startRecording(id);
            return id;
          });
      started = true;
    } finally {
      if (!started) {
        close(id);
      }
    }
    return id;
  }

  /**
   * Writes what a recording has so far; a running one runs on. Nothing is left in the target,
   * however this ends, see {@link RemoteDump}.
   *
   * @param brokenOff tells whether the rest is no longer wanted
   * @throws AttachException if so, or if the target fails
   */
  public void copy(RecordingInfo recording, OutputStream out, BooleanSupplier brokenOff)
      throws AttachException, JMException, IOException {
    try (RemoteDump dump = RemoteDump.open(jvm, recording)) {
      for (byte[] block = dump.read(); block.length > 0; block = dump.read()) {
        if (brokenOff.getAsBoolean()) {
          throw new AttachException("broken off: nothing was written");
        }
        out.write(block);
      }
    }
  }

  /** Stops a recording that runs. */
  public void stop(RecordingInfo recording) throws AttachException, JMException {
    if (recording.getState().equals("RUNNING")) {
      ask(recorder -> recorder.stopRecording(recording.getId()));
    }
  }

  /** Forgets a recording and what it has. */
  public void close(long id) throws AttachException, JMException {
    ask(
        recorder -> {
          recorder.closeRecording(id);
          return true;
        });
  }

  private <T> T ask(Question<T> question) throws AttachException, JMException {
    return ask(jvm, question);
  }

  /** Asks the recorder of a JVM; what it refuses is a sentence. */
  static <T> T ask(JvmConnection jvm, Question<T> question) throws AttachException, JMException {
    try {
      return jvm.call(beans -> question.to(recorder(beans)));
    } catch (IllegalArgumentException | IllegalStateException e) {
      // What Flight Recorder refuses, for example to read of a recording that was closed meanwhile.
      throw new AttachException("process " + jvm.pid() + " refuses: " + e.getMessage(), e);
    }
  }

  private static FlightRecorderMXBean recorder(MBeanServerConnection beans) {
    return JMX.newMXBeanProxy(beans, NAME, FlightRecorderMXBean.class);
  }

  private static ObjectName name() {
    try {
      return new ObjectName(FlightRecorderMXBean.MXBEAN_NAME);
    } catch (MalformedObjectNameException e) {
      throw new AssertionError("a constant name is well formed", e);
    }
  }
}
