package io.rmm.demo.record;

import io.rmm.demo.DemoException;
import io.rmm.jfr.RecordingSettings;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import jdk.jfr.Recording;

/**
 * The recording of one run, with the settings of the JDK's {@code default} and RMM's over them.
 *
 * <p>The file appears when the run has ended well, whole or not at all; before, only the right to
 * write it is checked. Not safe for use by several threads.
 */
public final class FlightRecording implements AutoCloseable {

  private final Path file;
  private final Recording recording;

  private FlightRecording(Path file) {
    this.file = file;
    this.recording = new Recording();
  }

  /**
   * Starts to record.
   *
   * @param file where the recording goes when it is {@linkplain #save() saved}; an existing file is
   *     replaced, and a symbolic link to one followed. A device, a pipe, or a link to nothing is
   *     refused: the move that puts the recording in place would replace that too.
   * @throws DemoException if the file cannot be written
   */
  public static FlightRecording start(Path file) throws DemoException {
    Path target = file.toAbsolutePath().normalize();
    try {
      if (Files.exists(target)) {
        target = target.toRealPath();
      }
      probe(target);
    } catch (IOException e) {
      throw unwritable(target, e);
    }
    FlightRecording started = new FlightRecording(target);
    started.recording.setName("rmm demo");
    started.recording.setSettings(RecordingSettings.over("default"));
    started.recording.start();
    return started;
  }

  /** Returns the file, as an absolute path. */
  public Path file() {
    return file;
  }

  /**
   * Ends the recording and writes it.
   *
   * @throws DemoException if it cannot be written; no part of it is left then
   */
  public void save() throws DemoException {
    // Written beside the file and moved there: a disk that fills up leaves no half recording.
    Path partial = file.resolveSibling(file.getFileName() + ".part");
    try {
      recording.stop();
      recording.dump(partial);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      deleteQuietly(partial);
      throw unwritable(file, e);
    }
  }

  /** Drops what was recorded, unless it was saved. */
  @Override
  public void close() {
    recording.close();
  }

  /** Tries to write, and leaves everything as it was: permissions alone do not tell. */
  private static void probe(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("it is a directory");
    }
    if (Files.isSymbolicLink(file)) {
      // Links to files have been followed by now.
      throw new IOException("it is a link that leads to no file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("it is no plain file");
    }
    if (Files.exists(file)) {
      Files.newByteChannel(file, StandardOpenOption.WRITE).close();
    } else {
      Files.createFile(file);
      Files.delete(file);
    }
  }

  private static void deleteQuietly(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      // The reason why it could not be written is the one to tell.
    }
  }

  private static DemoException unwritable(Path file, IOException reason) {
    return new DemoException(
        "cannot write the recording %s: %s; choose another file with --record"
            .formatted(file, why(file, reason)),
        reason);
  }

  /** The messages of file system exceptions are mostly the path again. */
  private static String why(Path file, IOException reason) {
    Path folder = file.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      return "there is no folder " + folder;
    }
    return switch (reason) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no file can be made there";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> String.valueOf(reason.getMessage());
    };
  }
}
