package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.openjdk.jmc.common.io.IOToolkit;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.item.ItemFilters;
import org.openjdk.jmc.flightrecorder.CouldNotLoadRecordingException;
import org.openjdk.jmc.flightrecorder.JfrLoaderToolkit;

/**
 * Reads a recording file, plain or compressed, into memory by JMC's parser.
 *
 * <p>JMC leaves out a chunk that is cut short without a word, so that half a file would make a
 * report that looks whole. Therefore the headers of all chunks are walked first: a file that is cut
 * short is refused, as is one that is still being written. The walk reads 68 bytes a chunk.
 */
public final class RecordingLoader {

  private static final byte[] MAGIC = {'F', 'L', 'R', 0};
  private static final int HEADER_BYTES = 68;

  private RecordingLoader() {}

  /**
   * Reads the events of a recording that has RMM events.
   *
   * @throws UnreadableRecordingException if the file is missing, is no recording, is cut short, or
   *     has no RMM events
   */
  public static IItemCollection load(Path file) throws UnreadableRecordingException {
    checkFile(file);
    checkChunks(file);
    IItemCollection items = parse(file);
    if (!hasOwnEvents(items)) {
      throw new UnreadableRecordingException(
          file
              + " has no RMM events: record a program that has rmm-jfr-events on its class path and"
              + " a memory manager in use, with the settings default.jfc and rmm.jfc.");
    }
    return items;
  }

  private static void checkFile(Path file) throws UnreadableRecordingException {
    if (!Files.exists(file)) {
      throw new UnreadableRecordingException(
          file + " does not exist: give the path of a .jfr file.");
    }
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new UnreadableRecordingException(
          file + " cannot be read as a file: give the path of a .jfr file that you may read.");
    }
  }

  private static void checkChunks(Path file) throws UnreadableRecordingException {
    int chunks = 0;
    try (InputStream raw = IOToolkit.openUncompressedStream(file.toFile());
        DataInputStream in = new DataInputStream(raw)) {
      for (int first = in.read(); first >= 0; first = in.read()) {
        skipChunk(file, in, first);
        chunks++;
      }
    } catch (EOFException e) {
      throw new UnreadableRecordingException(
          file
              + " is cut short in its chunk "
              + (chunks + 1)
              + ": copy or dump the recording again; of a crashed process, run 'jfr assemble' on"
              + " its repository.",
          e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    if (chunks == 0) {
      throw new UnreadableRecordingException(
          file + " is empty: dump the recording again, for example by 'jcmd PID JFR.dump'.");
    }
  }

  private static void skipChunk(Path file, DataInputStream in, int first)
      throws IOException, UnreadableRecordingException {
    byte[] magic = new byte[MAGIC.length];
    magic[0] = (byte) first;
    int more = in.readNBytes(magic, 1, MAGIC.length - 1);
    if (!Arrays.equals(magic, 0, 1 + more, MAGIC, 0, 1 + more)) {
      throw new UnreadableRecordingException(
          file + " is not a Flight Recorder file: give the path of a .jfr file.");
    }
    if (more < MAGIC.length - 1) {
      throw new EOFException();
    }
    in.skipNBytes(4); // the version, which JMC checks
    long size = in.readLong();
    if (size < HEADER_BYTES) {
      throw new UnreadableRecordingException(
          file
              + " is still being written: dump the recording, by 'jcmd PID JFR.dump', or stop it.");
    }
    // Skipping may go past the end of a file without a word, reading may not.
    in.skipNBytes(size - 16 - 1);
    in.readByte();
  }

  private static IItemCollection parse(Path file) throws UnreadableRecordingException {
    try {
      return JfrLoaderToolkit.loadEvents(file.toFile());
    } catch (IOException | CouldNotLoadRecordingException e) {
      throw unreadable(file, e);
    } catch (RuntimeException e) {
      // JMC's parser meets damaged content with whatever exception comes of it.
      throw unreadable(file, e);
    } catch (OutOfMemoryError e) {
      throw new UnreadableRecordingException(
          file
              + " does not fit into memory, or is damaged: give Java a larger heap, for example by"
              + " RMM_JAVA_OPTS=-Xmx4g.",
          e);
    }
  }

  private static boolean hasOwnEvents(IItemCollection items) {
    return Arrays.stream(EventType.values())
        .anyMatch(type -> items.apply(ItemFilters.type(type.eventName())).hasItems());
  }

  private static UnreadableRecordingException unreadable(Path file, Throwable cause) {
    String reason = cause.getMessage();
    return new UnreadableRecordingException(
        file
            + " cannot be read as a recording ("
            + (reason == null
                ? cause.getClass().getSimpleName()
                : reason.lines().findFirst().orElse(""))
            + "): dump the recording again.",
        cause);
  }
}
