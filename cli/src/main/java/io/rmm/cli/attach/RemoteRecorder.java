package io.rmm.cli.attach;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** Bytes of one answer: the default of 50 kB would take a thousand calls for 50 MB. */
  private static final String BLOCK_BYTES = Integer.toString(1 << 20);

  private final JvmConnection jvm;

  private RemoteRecorder(JvmConnection jvm) {
    this.jvm = jvm;
  }

  /**
   * Returns the recorder of a JVM.
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
    return new RemoteRecorder(jvm);
  }

  /** Returns the recordings that run or have stopped, and are not closed. */
  public List<RecordingInfo> recordings() throws AttachException, JMException {
    return ask(beans -> recorder(beans).getRecordings());
  }

  /**
   * Returns the settings of one of the target's own configurations: another JDK may have others.
   *
   * @param configuration {@code default} or {@code profile}
   */
  public Map<String, String> configuration(String configuration)
      throws AttachException, JMException {
    return ask(beans ->
            recorder(beans).getConfigurations().stream()
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
    long id = ask(beans -> recorder(beans).newRecording());
    boolean started = false;
    try {
      ask(
          beans -> {
            FlightRecorderMXBean recorder = recorder(beans);
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

  /** Writes what a recording has so far; a running one runs on. */
  public void copy(RecordingInfo recording, OutputStream out)
      throws AttachException, JMException, IOException {
    boolean running = recording.getState().equals("RUNNING");
    long id =
        running
            ? ask(beans -> recorder(beans).cloneRecording(recording.getId(), true))
            : recording.getId();
    try {
      long stream = ask(beans -> recorder(beans).openStream(id, Map.of("blockSize", BLOCK_BYTES)));
      try {
        for (byte[] block = read(stream); block.length > 0; block = read(stream)) {
          out.write(block);
        }
      } finally {
        ask(
            beans -> {
              recorder(beans).closeStream(stream);
              return true;
            });
      }
    } finally {
      if (running) {
        close(id);
      }
    }
  }

  /** Stops a recording that runs. */
  public void stop(RecordingInfo recording) throws AttachException, JMException {
    if (recording.getState().equals("RUNNING")) {
      ask(beans -> recorder(beans).stopRecording(recording.getId()));
    }
  }

  /** Forgets a recording and what it has. */
  public void close(long id) throws AttachException, JMException {
    ask(
        beans -> {
          recorder(beans).closeRecording(id);
          return true;
        });
  }

  private <T> T ask(JvmConnection.Call<T> question) throws AttachException, JMException {
    try {
      return jvm.call(question);
    } catch (IllegalArgumentException | IllegalStateException e) {
      // What Flight Recorder refuses, for example to read of a recording that was closed meanwhile.
      throw new AttachException("process " + jvm.pid() + " refuses: " + e.getMessage(), e);
    }
  }

  private byte[] read(long stream) throws AttachException, JMException {
    return ask(
        beans -> {
          byte[] block = recorder(beans).readStream(stream);
          return block == null ? new byte[0] : block; // null at the end
        });
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
