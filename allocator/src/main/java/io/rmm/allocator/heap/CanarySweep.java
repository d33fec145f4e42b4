package io.rmm.allocator.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the canaries at the ends of slots, some at each tick of the clock, round and round.
 *
 * <p>It takes no hold and stops nobody. A canary at a slot's end is written before the slot gets
 * its first id, and nobody writes there after that; so whoever sees an id should see the canary.
 * There are two ways in which one may look damaged and is not: another processor's writes may be
 * seen in another order on machines that allow that, and the page may have gone back to the
 * operating system while it was read, which leaves zeros. So what looks damaged is a suspect, and
 * is looked at again a tick later, under the pool's lock, where pages cannot go back. Then it is
 * mended, and told.
 *
 * <p>Belongs to the clock's thread, but for {@link #suspect}.
 */
public final class CanarySweep {

  /**
   * Canaries looked at in a tick. Each is likely to miss the caches, at 0.1 us or so: together less
   * than one in a thousand of a processor. A million blocks take two minutes so.
   */
  private static final int MOST_PER_TICK = 2_048;

  /** What the sweep tells of. */
  public interface Finder {

    /**
     * Tells that the canary at the end of {@code slot} was damaged.
     *
     * @param id that of the block that stood there, freed or not, when the damage was noticed
     * @param damage the bits that differed
     */
    void foundAtEnd(Page page, int slot, long id, long damage);
  }

  /** A canary that looked damaged. */
  private record Suspect(Page page, int slot, long id) {}

  private final Heaps heaps;
  private final ConcurrentLinkedQueue<Suspect> suspects = new ConcurrentLinkedQueue<>();
  private int heapIndex;
  private int pageIndex;
  private int slot;

  /** Makes a sweep over all pages of {@code heaps}. */
  public CanarySweep(Heaps heaps) {
    this.heaps = heaps;
  }

  /**
   * Has the canary at the end of {@code slot} looked at again. Any thread, in a hold or not; if the
   * Java heap has no room, the sweep finds it by itself.
   */
  public void suspect(Page page, int slot) {
    try {
      long id = page.id(slot);
      suspects.add(new Suspect(page, slot, id < 0 ? ~id : id & ~(Page.SHARED | Page.DETACHED)));
    } catch (OutOfMemoryError e) {
      // As said.
    }
  }

  /** Looks at suspects again, and at some canaries more. */
  public void tick(Finder finder) {
    if (!heaps.hasCanaries()) {
      return;
    }
    List<Suspect> again = new ArrayList<>();
    for (Suspect next = suspects.poll(); next != null; next = suspects.poll()) {
      again.add(next);
    }
    for (Suspect suspect : again) {
      long damage = heaps.pool().mendEndCanary(suspect.page, suspect.slot);
      if (damage != 0) {
        finder.foundAtEnd(suspect.page, suspect.slot, suspect.id, damage);
      }
    }
    int left = MOST_PER_TICK;
    // Pages without slots in use count too, lest many of them take long; once around is enough.
    for (int pages = MOST_PER_TICK; left > 0 && pages > 0; pages--) {
      Page page = current();
      if (page == null) {
        return;
      }
      left -= look(page, left);
    }
  }

  /** Returns the page to go on with; null if the end was reached, from where it begins anew. */
  private @Nullable Page current() {
    while (heapIndex < heaps.heaps.size()) {
      Page page = heaps.heaps.get(heapIndex).pages.pageAt(pageIndex);
      if (page != null) {
        return page;
      }
      heapIndex++;
      pageIndex = 0;
      slot = 0;
    }
    heapIndex = 0;
    return null;
  }

  /** Looks at {@code most} canaries of {@code page} at the most; returns the number. */
  private int look(Page page, int most) {
    int looked = 0;
    if (page.usableBytes != page.slotBytes) {
      for (; slot < page.slots && looked < most; slot++) {
        if (page.id(slot) != 0) {
          looked++;
          if (page.endCanaryDamage(slot) != 0) {
            suspect(page, slot);
          }
        }
      }
    }
    if (page.usableBytes == page.slotBytes || slot >= page.slots) {
      pageIndex++;
      slot = 0;
    }
    return looked;
  }
}
