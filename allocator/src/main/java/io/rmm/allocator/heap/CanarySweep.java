package io.rmm.allocator.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Goes over the canaries at the ends of slots: some at each tick of the clock, round and round;
 * those of a page once more before its memory goes back; and all at the manager's close.
 *
 * <p><b>Round and round</b> it takes no hold and stops nobody. A canary at a slot's end is written
 * before the slot gets its first id, and nobody writes there after that; so whoever sees an id
 * should see the canary. There are two ways in which one may look damaged and is not: another
 * processor's writes may be seen in another order on machines that allow that, and the page may
 * have gone back to the operating system while it was read, which leaves zeros. So what looks
 * damaged is a suspect, and is looked at again a tick later, under the pool's lock, where pages
 * cannot go back. Then it is mended, and told.
 *
 * <p><b>At the last moment</b> it looks within the hold in which a page leaves its heap, or while
 * all heaps are stopped. There nobody writes canaries, so what looks damaged is, and is told by the
 * next tick, since nobody may be told in a hold. A look takes 2 to 10 ns; a page has 2,048 slots at
 * the most and rarely more than 400, and goes back once in thousands of allocations. To purge
 * 60,000 blocks of 64 bytes took 0.8 ms without, and 0.8 to 1.3 ms with it, the best of forty on a
 * busy machine; 8,000 of 2,000 bytes 1.6 ms either way.
 *
 * <p>Belongs to the clock's thread, but for {@link #suspect}, {@link #lookBeforeItGoes} and {@link
 * #end}.
 */
public final class CanarySweep {

  /**
   * Canaries looked at in a tick. Each is likely to miss the caches, at 0.1 us or so: together less
   * than one in a thousand of a processor. A million blocks take two minutes so.
   */
  private static final int MOST_PER_TICK = 2_048;

  /**
   * Canaries looked at in one pass over pages that go back, during which their owner waits: half a
   * millisecond, no more than it takes to give back so many pages anyway. They are those of 5 MiB
   * of slots of 80 bytes, and of more memory the larger the slots; pages beyond go unseen.
   */
  static final int MOST_PER_PASS = 65_536;

  /** Damage that waits to be told. Whoever reads thousands of reports wants no more of them. */
  private static final int MOST_WAITING = 8_192;

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

  /** A canary that was damaged. */
  private record Found(Page page, int slot, long id, long damage) {}

  static {
    // Here, and not when the Java heap has no room for it and a page goes back all the same.
    Class<?> loaded = Found.class;
    assert loaded.isRecord();
  }

  private final Heaps heaps;
  private final ConcurrentLinkedQueue<Suspect> suspects = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Found> found = new ConcurrentLinkedQueue<>();

  /** How many there are in {@link #found}. */
  private final AtomicInteger waiting = new AtomicInteger();

  private final PageCursor cursor;
  private int slot;

  /** Makes a sweep over all pages of {@code heaps}. */
  CanarySweep(Heaps heaps) {
    this.heaps = heaps;
    this.cursor = new PageCursor(heaps);
  }

  /**
   * Has the canary at the end of {@code slot} looked at again. Any thread, in a hold or not; if the
   * Java heap has no room, the sweep finds it by itself.
   */
  public void suspect(Page page, int slot) {
    try {
      suspects.add(new Suspect(page, slot, page.blockId(slot)));
    } catch (OutOfMemoryError e) {
      // As said.
    }
  }

  // ---- at the last moment ----

  /**
   * Looks at canaries of {@code page}, which is about to go back to the pool. In a hold of its
   * owner. If the Java heap is full, what is found goes untold.
   *
   * @param most how many to look at
   * @return how many were
   */
  int lookBeforeItGoes(Page page, int most) {
    int looked = 0;
    if (page.usableBytes != page.slotBytes) {
      for (int slot = 0; slot < page.slots && looked < most; slot++) {
        if (page.ids[slot] != 0) {
          looked++;
          if (page.endCanaryDamage(slot) != 0) {
            find(page, slot);
          }
        }
      }
    }
    return looked;
  }

  /** Looks at all canaries that there are, and tells of all damage. At the manager's close. */
  public void end(Finder finder) {
    if (heaps.hasCanaries()) {
      heaps.exclusively(
          () -> {
            for (ThreadHeap heap : heaps.heaps) {
              for (int i = heap.pages.count() - 1; i >= 0; i--) {
                int _ = lookBeforeItGoes(heap.pages.at(i), Integer.MAX_VALUE);
              }
            }
          });
      tellFound(finder);
    }
  }

  /** Mends a damaged canary, so that it is found once, and notes it. */
  private void find(Page page, int slot) {
    if (waiting.get() < MOST_WAITING) {
      long damage = heaps.pool().mendEndCanary(page, slot);
      if (damage != 0) {
        try {
          found.add(new Found(page, slot, page.blockId(slot), damage));
          waiting.incrementAndGet();
        } catch (OutOfMemoryError e) {
          // It goes untold.
        }
      }
    }
  }

  private void tellFound(Finder finder) {
    for (Found next = found.poll(); next != null; next = found.poll()) {
      waiting.decrementAndGet();
      finder.foundAtEnd(next.page, next.slot, next.id, next.damage);
    }
  }

  // ---- round and round ----

  /** Tells what was found, looks at suspects again, and at some canaries more. */
  public void tick(Finder finder) {
    if (!heaps.hasCanaries()) {
      return;
    }
    tellFound(finder);
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
      Page page = cursor.current();
      if (page == null) {
        return;
      }
      left -= look(page, left);
    }
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
      cursor.next();
      slot = 0;
    }
    return looked;
  }
}
