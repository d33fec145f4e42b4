package io.rmm.cli.attach;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.management.JMException;
import jdk.management.jfr.FlightRecorderMXBean;
import jdk.management.jfr.RecordingInfo;

/**
 * What is made in another JVM to read a recording that runs there, and is gone again however the
 * reading ends.
 *
 * <p>A recording that runs can be read without a copy of it too, by the option {@code
 * streamVersion} of {@code openStream}; but that takes each chunk that was read away from the
 * recording, so that it is in no later dump, and leaves the last chunk without an end. So it is
 * copied, stopped: the copy shares the chunks and costs next to nothing, but as long as it is there
 * they stay on the target's disk, whatever size the recording may have.
 *
 * <p>Three things can come between making a copy and closing it. The reader is broken off by a
 * signal: then it ends in order ({@link RemoteRecorder#copy}). The target does not answer in time,
 * after which its connection is of no use: then a new one is tried. Or the reader is killed, or the
 * target hangs for longer: then what is left is closed by the next command ({@link #sweep}), which
 * knows it by its name ({@link DumpMark}).
 *
 * <p>A copy cannot be made with a name, and whether a target that hangs will still make one is not
 * known. So a recording goes before it that is never started and costs nothing, the marker: a
 * nameless copy with the number that follows the marker's is the dump's. The same moment is left to
 * the marker itself; what is nameless then is empty.
 */
final class RemoteDump implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(RemoteDump.class.getName());

  /** Bytes of one answer: the default of 50 kB would take a thousand calls for 50 MB. */
  private static final String BLOCK_BYTES = Integer.toString(1 << 20);

  /** How Flight Recorder names a copy, before the name of what it was made of. */
  private static final String NAME_OF_COPY = "Clone of ";

  /** Of what is not there: numbers begin at 1. */
  private static final long NONE = 0;

  private final JvmConnection jvm;
  private final DumpMark mark = DumpMark.own();
  private long marker = NONE;
  private long copy = NONE;
  private long stream = NONE;

  private RemoteDump(JvmConnection jvm) {
    this.jvm = jvm;
  }

  /** Opens what a recording has so far; it runs on, if it does. */
  static RemoteDump open(JvmConnection jvm, RecordingInfo recording)
      throws AttachException, JMException {
    RemoteDump dump = new RemoteDump(jvm);
    boolean open = false;
    try {
      if (recording.getState().equals("RUNNING")) {
        dump.copy(recording.getId());
      } else {
        dump.stream = dump.openStream(recording.getId());
      }
      open = true;
      return dump;
    } finally {
      if (!open) {
        dump.close();
      }
    }
  }

  private void copy(long recording) throws AttachException, JMException {
    marker = RemoteRecorder.ask(jvm, FlightRecorderMXBean::newRecording);
    name(marker, mark.name());
    copy = RemoteRecorder.ask(jvm, recorder -> recorder.cloneRecording(recording, true));
    name(copy, mark.name());
    stream = openStream(copy);
    name(copy, mark.name(stream));
  }

  private long openStream(long recording) throws AttachException, JMException {
    return RemoteRecorder.ask(
        jvm, recorder -> recorder.openStream(recording, Map.of("blockSize", BLOCK_BYTES)));
  }

  private void name(long recording, String name) throws AttachException, JMException {
    RemoteRecorder.ask(
        jvm,
        recorder -> {
          recorder.setRecordingOptions(recording, Map.of("name", name));
          return recording;
        });
  }

  /** Returns the next bytes; none at the end. */
  byte[] read() throws AttachException, JMException {
    return RemoteRecorder.ask(
        jvm,
        recorder -> {
          byte[] block = recorder.readStream(stream);
          return block == null ? new byte[0] : block; // null at the end
        });
  }

  /** Closes what was made; what cannot be, as the target hangs, is left to the next command. */
  @Override
  public void close() {
    try {
      closeBy(jvm);
    } catch (AttachException | JMException e) {
      // The target may hang no more; a connection that was given up stays so.
      try (JvmConnection fresh = JvmConnection.open(jvm.pid())) {
        closeBy(fresh);
      } catch (AttachException | JMException again) {
        again.addSuppressed(e);
        LOG.log(System.Logger.Level.DEBUG, "A copy of a recording is left to the next", again);
      }
    }
  }

  private void closeBy(JvmConnection connection) throws AttachException, JMException {
    RemoteRecorder.ask(
        connection,
        recorder -> {
          if (stream != NONE) {
            closeStream(recorder, stream);
          }
          if (marker != NONE) {
            long made = copy == NONE ? nameless(recorder.getRecordings(), marker) : copy;
            // A copy that was asked for may be made later; its marker is kept for that.
            if (made != NONE) {
              closeRecording(recorder, made);
              closeRecording(recorder, marker);
            }
          }
          return true;
        });
  }

  /** Closes what commands have left that are no more. */
  static void sweep(JvmConnection jvm) throws AttachException, JMException {
    RemoteRecorder.ask(
        jvm,
        recorder -> {
          List<RecordingInfo> all = recorder.getRecordings();
          for (RecordingInfo recording : all) {
            Optional<DumpMark> owner = DumpMark.of(recording);
            if (owner.isPresent() && owner.get().isDead() && !isRunning(recording)) {
              Optional<Long> stream = DumpMark.streamOf(recording);
              if (stream.isPresent()) {
                closeStream(recorder, stream.get());
              }
              long nameless =
                  recording.getState().equals("NEW") ? nameless(all, recording.getId()) : NONE;
              if (nameless != NONE) {
                closeRecording(recorder, nameless);
              }
              closeRecording(recorder, recording.getId());
            }
          }
          return true;
        });
  }

  private static boolean isRunning(RecordingInfo recording) {
    return recording.getState().equals("RUNNING");
  }

  private static long nameless(List<RecordingInfo> all, long marker) {
    return all.stream()
        .filter(recording -> recording.getId() == marker + 1)
        .filter(recording -> recording.getName().startsWith(NAME_OF_COPY))
        .filter(recording -> recording.getState().equals("STOPPED"))
        .findFirst()
        .map(RecordingInfo::getId)
        .orElse(NONE);
  }

  private static void closeRecording(FlightRecorderMXBean recorder, long id) throws IOException {
    try {
      recorder.closeRecording(id);
    } catch (IllegalArgumentException e) {
      // Somebody else was quicker, or the connection that hung has done it after all.
    }
  }

  private static void closeStream(FlightRecorderMXBean recorder, long id) throws IOException {
    try {
      recorder.closeStream(id);
    } catch (IllegalArgumentException e) {
      // As for a recording.
    }
  }
}
