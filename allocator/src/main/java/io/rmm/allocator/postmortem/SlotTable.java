package io.rmm.allocator.postmortem;

import static io.rmm.allocator.postmortem.SlotFormat.*;

import io.rmm.allocator.Site;
import io.rmm.allocator.log.Log;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The guarded blocks of this process, in a file of its own that survives a crash: what {@code rmm
 * explain} reads.
 *
 * <p>The file is mapped, so that to note something is a few stores, and the kernel keeps what was
 * stored whatever becomes of the process. It holds addresses, and therefore lies in a directory of
 * the user's own, readable by nobody else; see {@link SlotDirectory}. Texts (sites, paths of
 * budgets) are written once and named by their offset. Once the room for texts is used up, further
 * ones are left out; the numbers still stand.
 *
 * <p>Without the file all else works: it is said once in the log why there is none.
 */
public final class SlotTable {

  /** As many as are known of at once; see {@code GuardedMemory.MAX_KNOWN}. */
  private static final int RECORDS = 4096;

  private static final int FILE_BYTES = (int) texts(RECORDS) + TEXT_BYTES;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ORDER);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ORDER);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  private static final SlotTable OF_PROCESS = new SlotTable();

  /** Null until the table is opened, and if it cannot be, or no longer. */
  private @Nullable MemorySegment file;

  private boolean opened;

  /** Where texts stand: of sites, and of paths of budgets. */
  private final Map<Object, Integer> texts = new HashMap<>();

  private int textEnd = (int) texts(RECORDS);

  /** The records that tell nothing, of which the first {@link #freeCount} count. */
  private final int[] free = new int[RECORDS];

  private int freeCount;

  SlotTable() {}

  /** Returns the table of this process; to be {@linkplain #open opened}. */
  public static SlotTable ofProcess() {
    return OF_PROCESS;
  }

  /**
   * Makes the file, once. Takes a few milliseconds.
   *
   * @param regionStart the first address of the range that all blocks lie in
   * @param regionEnd the address behind it
   */
  public void open(long pageSize, long regionStart, long regionEnd) {
    open(SlotDirectory::ofProcess, pageSize, regionStart, regionEnd);
  }

  void open(Supplier<Path> directory, long pageSize, long regionStart, long regionEnd) {
    try {
      openOnce(directory, pageSize);
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
    setRegion(regionStart, regionEnd);
  }

  private synchronized void openOnce(Supplier<Path> directory, long pageSize) throws IOException {
    if (!opened) {
      opened = true;
      create(directory.get(), pageSize);
    }
  }

  private synchronized void setRegion(long start, long end) {
    write(
        mapped -> {
          mapped.set(LONG, HEADER_REGION_START, start);
          mapped.set(LONG, HEADER_REGION_END, end);
        });
  }

  private void create(Path directory, long pageSize) throws IOException {
    MemorySegment mapped = SlotDirectory.create(directory, FILE_BYTES);
    for (int i = 0; i < RECORDS; i++) {
      free[i] = RECORDS - 1 - i;
    }
    freeCount = RECORDS;
    mapped.set(INT, HEADER_VERSION, VERSION);
    mapped.set(LONG, HEADER_PID, ProcessHandle.current().pid());
    mapped.set(LONG, HEADER_STARTED, SlotDirectory.startedMillis(ProcessHandle.current()));
    mapped.set(LONG, HEADER_PAGE_SIZE, pageSize);
    mapped.set(INT, HEADER_RECORDS, RECORDS);
    VarHandle.releaseFence();
    mapped.set(LONG, HEADER_MAGIC, MAGIC);
    file = mapped;
  }

  /** What is written into the file. */
  private interface Writing {
    void to(MemorySegment mapped);
  }

  private void write(Writing writing) {
    MemorySegment mapped = file;
    if (mapped != null) {
      try {
        writing.to(mapped);
      } catch (InternalError e) {
        // Somebody has cut the file off.
        file = null;
        fail(e);
      }
    }
  }

  private static void fail(Throwable e) {
    Log.logger()
        .log(
            System.Logger.Level.WARNING,
            "after a crash there will be no record of guarded blocks: {0}",
            String.valueOf(e.getMessage()));
  }

  /**
   * Notes a block that was allocated by the calling thread.
   *
   * @return where it stands, or -1 if nowhere
   */
  public synchronized int add(Slot slot, String budget, Site site) {
    if (file == null || freeCount == 0) {
      return -1;
    }
    int index = free[--freeCount];
    write(
        mapped -> {
          long at = offsetOf(index);
          mapped.set(INT, at + RECORD_BUDGET, text(mapped, budget));
          mapped.set(INT, at + RECORD_ALLOCATION_SITE, text(mapped, site));
          mapped.set(INT, at + RECORD_FREE_SITE, NO_TEXT);
          mapped.set(LONG, at + RECORD_START, slot.start());
          mapped.set(LONG, at + RECORD_END, slot.end());
          mapped.set(LONG, at + RECORD_ADDRESS, slot.address());
          mapped.set(LONG, at + RECORD_BLOCK_ID, slot.blockId());
          mapped.set(LONG, at + RECORD_BYTE_SIZE, slot.byteSize());
          mapped.set(LONG, at + RECORD_ALLOCATED, System.currentTimeMillis());
          setThread(mapped, at + RECORD_ALLOCATION_THREAD);
          setState(mapped, at, LIVE);
        });
    return index;
  }

  /** Notes that a block is freed, by the calling thread. */
  public synchronized void noteFree(int index, Site site) {
    if (index >= 0) {
      write(
          mapped -> {
            long at = offsetOf(index);
            mapped.set(INT, at + RECORD_FREE_SITE, text(mapped, site));
            mapped.set(LONG, at + RECORD_FREED, System.currentTimeMillis());
            setThread(mapped, at + RECORD_FREE_THREAD);
            setState(mapped, at, FREED);
          });
    }
  }

  /** Forgets a block. */
  public synchronized void drop(int index) {
    if (index >= 0) {
      write(mapped -> setState(mapped, offsetOf(index), EMPTY));
      // What is written into the record next comes after this, too.
      VarHandle.releaseFence();
      free[freeCount++] = index;
    }
  }

  private static void setState(MemorySegment mapped, long at, int state) {
    VarHandle.releaseFence();
    mapped.set(INT, at + RECORD_STATE, state);
  }

  private static void setThread(MemorySegment mapped, long at) {
    byte[] bytes = Thread.currentThread().getName().getBytes(StandardCharsets.UTF_8);
    int length = wholeCharacters(bytes, THREAD_BYTES - 1);
    mapped.set(ValueLayout.JAVA_BYTE, at, (byte) length);
    MemorySegment.copy(bytes, 0, mapped, ValueLayout.JAVA_BYTE, at + 1, length);
  }

  /** Returns where the text of {@code what} stands, a site or a path; writes it if need be. */
  private int text(MemorySegment mapped, Object what) {
    Integer known = texts.get(what);
    if (known != null) {
      return known;
    }
    byte[] bytes = textOf(what).getBytes(StandardCharsets.UTF_8);
    int length = wholeCharacters(bytes, MAX_TEXT_BYTES);
    if (length == 0 || length > FILE_BYTES - Short.BYTES - textEnd) {
      return NO_TEXT;
    }
    int at = textEnd;
    mapped.set(SHORT, at, (short) length);
    MemorySegment.copy(bytes, 0, mapped, ValueLayout.JAVA_BYTE, at + Short.BYTES, length);
    textEnd = at + Short.BYTES + length;
    texts.put(what, at);
    return at;
  }

  private static String textOf(Object what) {
    if (!(what instanceof Site site)) {
      return what.toString();
    }
    StringBuilder text = new StringBuilder(MAX_TEXT_BYTES);
    for (StackTraceElement frame : site.frames()) {
      String line = frame.toString();
      if (text.length() + line.length() >= MAX_TEXT_BYTES) {
        break;
      }
      text.append(line).append('\n');
    }
    return text.toString();
  }

  /** Returns the length of the text cut to {@code most} bytes, but not within a character. */
  private static int wholeCharacters(byte[] utf8, int most) {
    if (utf8.length <= most) {
      return utf8.length;
    }
    int length = most;
    while (length > 0 && (utf8[length] & 0xC0) == 0x80) {
      length--;
    }
    return length;
  }
}
