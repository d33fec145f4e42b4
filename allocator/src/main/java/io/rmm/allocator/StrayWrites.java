package io.rmm.allocator;

import io.rmm.allocator.heap.Canary;
import io.rmm.allocator.heap.CanarySweep;
import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.observe.MisuseDesk;

/**
 * Reports writes beside blocks, which only native code can do, by what they did to canaries.
 *
 * <p>A canary says where memory was written, and not from where. Damage that begins with the first
 * byte behind a block comes from that block, as far as can be known. Damage to the end of a slot
 * that leaves the beginning of its canary alone comes from behind: something was written before the
 * block in the next slot.
 */
final class StrayWrites {

  private final CanarySweep sweep;
  private final MisuseDesk misuse;

  StrayWrites(Heaps heaps, MisuseDesk misuse) {
    this.sweep = heaps.canarySweep();
    this.misuse = misuse;
  }

  /** Goes on with the sweep. By the clock. */
  void tick() {
    sweep.tick(this::foundAtEnd);
  }

  /** Looks at all there is. At the manager's close, before news are told for the last time. */
  void end() {
    sweep.end(this::foundAtEnd);
  }

  /** Has the end of a slot looked at by the next tick but one; in a hold or not. */
  void note(Page page, int slot) {
    sweep.suspect(page, slot);
  }

  /**
   * Reports damage to the canary right behind a block that was just freed.
   *
   * @throws MemoryMisuseException if that is what is to be done
   */
  void foundBehind(Page page, int slot, long id, long byteSize, String budget, long damage) {
    if (byteSize == page.usableBytes && isBefore(page, slot, damage)) {
      MisuseReport report =
          misuse.found(beginBefore(page, slot, damage), MisuseKind.UNDERRUN, next(page, slot));
      throwIfAsked(report);
      return;
    }
    int first = Canary.firstDamagedByte(damage);
    MisuseReport.Builder report =
        misuse
            .begin(MisuseKind.OVERRUN)
            .block(id, byteSize)
            .slotSize(page.slotBytes)
            .budget(budget)
            .offset(byteSize + first)
            .detail(
                damagedBytes(damage)
                    + " written behind the end of a block, from its byte "
                    + (byteSize + first)
                    + " on; noticed when it was freed");
    throwIfAsked(misuse.found(report, MisuseKind.OVERRUN, id));
  }

  private void throwIfAsked(MisuseReport report) {
    if (misuse.isThrown(report.kind())) {
      throw new MemoryMisuseException(report);
    }
  }

  private void foundAtEnd(Page page, int slot, long id, long damage) {
    if (isBefore(page, slot, damage)) {
      misuse.foundByClock(beginBefore(page, slot, damage), MisuseKind.UNDERRUN, next(page, slot));
      return;
    }
    long offset = page.usableBytes + Canary.firstDamagedByte(damage);
    MisuseReport.Builder report =
        misuse
            .begin(MisuseKind.OVERRUN)
            .block(id, 0)
            .slotSize(page.slotBytes)
            .offset(offset)
            .confidence(MisuseConfidence.LIKELY)
            .detail(
                damagedBytes(damage)
                    + " written at the end of a slot, from its byte "
                    + offset
                    + " on; noticed some time later");
    misuse.foundByClock(report, MisuseKind.OVERRUN, id);
  }

  /** Tells whether damage at the end of {@code slot} looks like that of a write from behind. */
  private static boolean isBefore(Page page, int slot, long damage) {
    return Canary.firstDamagedByte(damage) > 0 && page.hasSlot(slot + 1);
  }

  private static long next(Page page, int slot) {
    return page.blockId(slot + 1);
  }

  private MisuseReport.Builder beginBefore(Page page, int slot, long damage) {
    int bytes = Canary.BYTES - Canary.firstDamagedByte(damage);
    return misuse
        .begin(MisuseKind.UNDERRUN)
        .block(next(page, slot), 0)
        .slotSize(page.slotBytes)
        .offset(-bytes)
        .confidence(MisuseConfidence.LIKELY)
        .detail(
            damagedBytes(damage)
                + " written before the start of a block, from "
                + bytes
                + " bytes before it on");
  }

  private static String damagedBytes(long damage) {
    int bytes = Canary.damagedBytes(damage);
    return bytes == 1 ? "1 byte was" : bytes + " bytes were";
  }
}
