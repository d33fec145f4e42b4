package io.rmm.allocator.postmortem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.MisuseConfidence;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.Site;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of an address, given a table; no memory is touched for it. */
class DiagnosisTest {

  private static final long PAGE = 4096;
  private static final long BASE = 1L << 40;

  /** Of the process's first pages: left-aligned, right-aligned, freed; one page each. */
  private static final Slot LEFT = slot(1, 1, 100, false);

  private static final Slot RIGHT = slot(2, 3, 100, true);
  private static final Slot FREED = slot(3, 5, 4096, false);

  private static final Site HERE =
      new Site(List.of(new StackTraceElement("com.example.Cache", "put", "Cache.java", 7)));

  @TempDir private static Path directory;

  private static Path path;
  private SlotFile file;

  private static Slot slot(long id, int page, long size, boolean right) {
    long start = BASE + page * PAGE;
    long end = start + PAGE;
    return new Slot(start, end, right ? (end - size) & -16 : start, id, size);
  }

  @BeforeEach
  void write() throws IOException {
    SlotTable table = new SlotTable();
    path = directory.resolve("table").resolve("slots");
    table.open(() -> path, PAGE, BASE, BASE + 100 * PAGE);
    int _ = table.add(LEFT, "root/cache", HERE);
    int _ = table.add(RIGHT, "root", Site.UNKNOWN);
    table.noteFree(table.add(FREED, "root/" + "\u00fc".repeat(2000), HERE), HERE);
    int dropped = table.add(slot(4, 9, 10, false), "root", HERE);
    table.noteFree(dropped, HERE);
    table.drop(dropped);
    file = SlotFile.read(SlotDirectory.filesOf(path, ProcessHandle.current().pid()).getFirst());
  }

  private void check(long address, MisuseKind kind, Slot slot, MisuseConfidence confidence) {
    Diagnosis diagnosis = Diagnosis.of(file, address).orElseThrow();
    assertThat(diagnosis.kind()).isEqualTo(kind);
    assertThat(diagnosis.record().slot()).isEqualTo(slot);
    assertThat(diagnosis.offset()).isEqualTo(address - slot.address());
    assertThat(diagnosis.confidence()).isEqualTo(confidence);
  }

  @Test
  void theTableIsReadAsItWasWritten() {
    assertThat(file.records()).extracting(SlotRecord::slot).containsExactly(LEFT, RIGHT, FREED);
    SlotRecord first = file.records().getFirst();
    assertThat(first.budget()).isEqualTo("root/cache");
    assertThat(first.freed()).isFalse();
    assertThat(first.allocation().thread()).isEqualTo(Thread.currentThread().getName());
    assertThat(first.allocation().frames()).containsExactly("com.example.Cache.put(Cache.java:7)");
    assertThat(file.records().get(1).allocation().frames()).isEmpty();
    SlotRecord freed = file.records().get(2);
    assertThat(freed.freed()).isTrue();
    assertThat(freed.budget()).matches("root/\u00fc{400,}");
    assertThat(freed.free().frames()).isEqualTo(first.allocation().frames());
    assertThat(freed.free().millis()).isGreaterThanOrEqualTo(freed.allocation().millis());
    assertThat(file.pid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(file.pageSize()).isEqualTo(PAGE);
  }

  @Test
  void anAddressInTheGuardIsOfTheNearerBlock() {
    check(LEFT.start() - 1, MisuseKind.UNDERRUN, LEFT, MisuseConfidence.LIKELY);
    check(RIGHT.end() + 3, MisuseKind.OVERRUN, RIGHT, MisuseConfidence.LIKELY);
    // Between the two: 3,996 bytes behind the one, and 3,996 and a page before the other.
    check(LEFT.end(), MisuseKind.OVERRUN, LEFT, MisuseConfidence.POSSIBLE);
  }

  @Test
  void anAddressInAFreedBlockIsAUseAfterFree() {
    check(FREED.address(), MisuseKind.USE_AFTER_FREE, FREED, MisuseConfidence.CERTAIN);
    check(FREED.address() + 4095, MisuseKind.USE_AFTER_FREE, FREED, MisuseConfidence.CERTAIN);
    check(FREED.end() + 8, MisuseKind.USE_AFTER_FREE, FREED, MisuseConfidence.LIKELY);
    // Before it lies a live block, whose end is near.
    check(FREED.start() - PAGE, MisuseKind.OVERRUN, RIGHT, MisuseConfidence.LIKELY);
  }

  @Test
  void anAddressElsewhereIsNobodys() {
    assertThat(Diagnosis.of(file, BASE + 9 * PAGE)).as("forgotten").isEmpty();
    assertThat(file.contains(BASE + 9 * PAGE)).isTrue();
    for (long address : new long[] {0, -1, BASE - 1, BASE + 100 * PAGE, Long.MIN_VALUE}) {
      assertThat(Diagnosis.of(file, address)).isEmpty();
      assertThat(file.contains(address)).isFalse();
    }
    assertThat(Diagnosis.of(file, LEFT.address() + 50)).as("no guard stands there").isEmpty();
  }

  @Test
  void aTextLongerThanAnyIsNone() throws IOException {
    Path copy = directory.resolve("long");
    byte[] whole = Files.readAllBytes(SlotDirectory.filesOf(path, file.pid()).getFirst());
    ByteBuffer buffer = ByteBuffer.wrap(whole).order(SlotFormat.ORDER);
    int text = buffer.getInt(SlotFormat.HEADER_BYTES + SlotFormat.RECORD_BUDGET);
    buffer.putShort(text, (short) -1);
    Files.write(copy, whole);
    assertThat(SlotFile.read(copy).records().getFirst().budget()).isEmpty();
    assertThatThrownBy(() -> SlotFile.read(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no file");
  }

  /** Whatever a file holds, it is read, or refused with a sentence. */
  @Test
  void nothingInTheFileIsTrusted() throws IOException {
    Path own = SlotDirectory.filesOf(path, ProcessHandle.current().pid()).getFirst();
    byte[] whole = Files.readAllBytes(own);
    Path copy = directory.resolve("copy");
    Random random = new Random(1);
    for (int round = 0; round < 300; round++) {
      byte[] bytes = whole.clone();
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      // The header behind the magic number and the version, and the first records.
      for (int i = 0; i < 40; i++) {
        buffer.putInt(SlotFormat.HEADER_BYTES + 4 * random.nextInt(256), random.nextInt());
      }
      if (round % 3 == 0) {
        buffer.putInt(12 + 4 * random.nextInt(12), random.nextInt());
      }
      Files.write(copy, bytes);
      try {
        SlotFile damaged = SlotFile.read(copy);
        assertThat(damaged.records()).hasSizeLessThanOrEqualTo(5000);
        assertThat(Diagnosis.of(damaged, LEFT.end()).map(Diagnosis::kind)).isNotNull();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("copy");
      }
    }
  }
}
