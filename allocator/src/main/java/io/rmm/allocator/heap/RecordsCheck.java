package io.rmm.allocator.heap;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Holds what is recorded of slots against itself, some pages at each tick of the clock: no slot
 * with a live block may be listed as free, since it would be handed out a second time.
 *
 * <p>Records stand on the Java heap, where an overrun of a block does not reach; a wild pointer of
 * native code does, and so would a fault of this program.
 *
 * <p><b>Without a hold, and yet without doubt.</b> A slot is taken off the list before it gets its
 * block's id, and the id is ended before the slot is listed again. So whoever sees the one before
 * the change and the other after it may see both; such a slot is a suspect. If a tick later the
 * slot is listed and the <em>same</em> id stands there still, that block has lived all the while,
 * because ids are never given twice, and nobody may have listed its slot.
 *
 * <p>Not looked at is the word that a {@link Bin} hands slots out from: its parts are read one by
 * one, and so could never be without doubt.
 *
 * <p>Belongs to the clock's thread.
 */
public final class RecordsCheck {

  /** Slots gone over at a tick: some microseconds. */
  private static final int MOST_PER_TICK = 8_192;

  /** More contradictions than anybody reads of. */
  private static final int MOST_TOLD = 1_000;

  /** What the check tells of. */
  public interface Finder {

    /** A slot with a live block is listed as free. */
    void foundLiveAndFree(Page page, int slot, long id);
  }

  private record Suspect(Page page, int slot, long id) {}

  private final PageCursor cursor;
  private final Set<Long> told = new HashSet<>();
  private List<Suspect> suspects = new ArrayList<>();

  /** Makes a check of all pages of {@code heaps}. */
  public RecordsCheck(Heaps heaps) {
    this.cursor = new PageCursor(heaps);
  }

  /** Looks at suspects again, and at some pages more. */
  public void tick(Finder finder) {
    List<Suspect> again = suspects;
    suspects = new ArrayList<>();
    for (Suspect suspect : again) {
      if (suspect.page.isListedAsFree(suspect.slot)
          && suspect.page.id(suspect.slot) == suspect.id
          && told.size() < MOST_TOLD
          && told.add(suspect.id)) {
        finder.foundLiveAndFree(suspect.page, suspect.slot, suspect.page.blockId(suspect.slot));
      }
    }
    for (int left = MOST_PER_TICK; left > 0; cursor.next()) {
      Page page = cursor.current();
      if (page == null) {
        return;
      }
      look(page);
      left -= page.slots;
    }
  }

  private void look(Page page) {
    for (int word = 0; word < page.free.length; word++) {
      for (long slots = page.listedAsFree(word); slots != 0; slots &= slots - 1) {
        int slot = (word << 6) + Long.numberOfTrailingZeros(slots);
        long id = page.id(slot);
        if (id > 0 && suspects.size() < MOST_TOLD) {
          suspects.add(new Suspect(page, slot, id));
        }
      }
    }
  }
}
