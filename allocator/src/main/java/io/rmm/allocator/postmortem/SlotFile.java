package io.rmm.allocator.postmortem;

import static io.rmm.allocator.postmortem.SlotFormat.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process has left behind of its guarded blocks, as it was at one moment; see {@link
 * SlotFormat}. Nothing in the file is trusted: what makes no sense is left out.
 */
public final class SlotFile {

  /** More than any process writes; a file larger than this is none. */
  private static final long MAX_FILE_BYTES = 8L << 20;

  private final ByteBuffer bytes;

  private SlotFile(ByteBuffer bytes) {
    this.bytes = bytes.order(ORDER);
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or is no such file, with a message that says which
   */
  public static SlotFile read(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IOException(path + " is no file");
    }
    if (Files.size(path) > MAX_FILE_BYTES) {
      throw new IOException(path + " is too large for a file of guarded blocks");
    }
    SlotFile file = new SlotFile(ByteBuffer.wrap(Files.readAllBytes(path)));
    String fault = file.fault();
    if (fault != null) {
      throw new IOException(path + " " + fault);
    }
    return file;
  }

  private @Nullable String fault() {
    if (bytes.capacity() < HEADER_BYTES || bytes.getLong(HEADER_MAGIC) != MAGIC) {
      return "is no file of guarded blocks, or was cut off when it was begun";
    }
    if (bytes.getInt(HEADER_VERSION) != VERSION) {
      return "is of another version of RMM: format "
          + bytes.getInt(HEADER_VERSION)
          + ", where this is "
          + VERSION;
    }
    int records = bytes.getInt(HEADER_RECORDS);
    return records < 0 || texts(records) > bytes.capacity() ? "is cut off" : null;
  }

  /** Returns the number of the process that wrote it. */
  public long pid() {
    return bytes.getLong(HEADER_PID);
  }

  /**
   * Returns when that process began, in milliseconds since 1970, to some hundredths of a second.
   */
  public long startedMillis() {
    return bytes.getLong(HEADER_STARTED);
  }

  /** Returns the bytes of a guard page. */
  public long pageSize() {
    return bytes.getLong(HEADER_PAGE_SIZE);
  }

  /**
   * Tells whether an address lies where guarded blocks do, be it one that is still known or not.
   */
  public boolean contains(long address) {
    return address >= bytes.getLong(HEADER_REGION_START)
        && address < bytes.getLong(HEADER_REGION_END);
  }

  /** Returns the records that tell of a block. */
  public List<SlotRecord> records() {
    List<SlotRecord> records = new ArrayList<>();
    for (int i = 0; i < bytes.getInt(HEADER_RECORDS); i++) {
      int at = (int) offsetOf(i);
      int state = bytes.getInt(at + RECORD_STATE);
      if (state == LIVE || state == FREED) {
        records.add(record(at, state == FREED));
      }
    }
    return records;
  }

  private SlotRecord record(int at, boolean freed) {
    Slot slot =
        new Slot(
            bytes.getLong(at + RECORD_START),
            bytes.getLong(at + RECORD_END),
            bytes.getLong(at + RECORD_ADDRESS),
            bytes.getLong(at + RECORD_BLOCK_ID),
            bytes.getLong(at + RECORD_BYTE_SIZE));
    return new SlotRecord(
        slot,
        freed,
        text(bytes.getInt(at + RECORD_BUDGET)),
        act(at, RECORD_ALLOCATION_THREAD, RECORD_ALLOCATED, RECORD_ALLOCATION_SITE),
        act(at, RECORD_FREE_THREAD, RECORD_FREED, RECORD_FREE_SITE));
  }

  private SlotRecord.Act act(int at, int thread, int time, int site) {
    return new SlotRecord.Act(
        threadName(at + thread),
        bytes.getLong(at + time),
        text(bytes.getInt(at + site)).lines().toList());
  }

  private String threadName(int at) {
    int length = Math.min(bytes.get(at) & 0xff, THREAD_BYTES - 1);
    return decode(at + 1, length);
  }

  private String text(int at) {
    if (at < HEADER_BYTES || at > bytes.capacity() - Short.BYTES) {
      return "";
    }
    int length = bytes.getShort(at) & 0xffff;
    // A bound on what all records can name together, too.
    return length > Math.min(MAX_TEXT_BYTES, bytes.capacity() - Short.BYTES - at)
        ? ""
        : decode(at + Short.BYTES, length);
  }

  private String decode(int at, int length) {
    byte[] text = new byte[length];
    bytes.get(at, text);
    return new String(text, StandardCharsets.UTF_8);
  }
}
