package io.rmm.allocator.guard;

import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.Site;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.Placement;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.observe.Explainer;
import io.rmm.allocator.observe.MisuseDesk;
import io.rmm.allocator.source.GuardPages;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The guarded blocks of one manager.
 *
 * <p><b>Which.</b> Every block that is observed, if it is not an arena's, not larger than {@link
 * GuardedMemory#MAX_BLOCK_BYTES}, aligned to no more than a page, and if the manager's byte budget
 * has room for its pages. So what is guarded is chosen by sampling of bytes, about a hundred blocks
 * a second at the most; in mode PARANOID every block is, as long as the budget has room. A block
 * that is resized in its place, and observed for the first time then, is not guarded.
 *
 * <p><b>What is found.</b> An access to the page before or behind the block, and any access once it
 * is freed: by Java code as an {@link InternalError}, which {@link Explainer} explains, by native
 * code as the end of the process, which {@code rmm explain} explains from the file of {@link
 * io.rmm.allocator.postmortem.SlotTable}. Writes between the block and its guards are found when it
 * is freed, by {@link Slack}, and reported.
 *
 * <p><b>Cost.</b> Some 10 us a pair, nearly all of it two system calls and a page fault. Memory:
 * the pages of live blocks, never more than the budget. They are neither part of what the manager
 * has committed nor of its root's hard limit, lest a guard be why an allocation is refused; they
 * are told besides, and no block is guarded whose pages would exceed what that limit leaves at the
 * time.
 *
 * <p>All methods are for use outside a hold.
 */
public final class Guards {

  private final @Nullable GuardedMemory memory;
  private final long budgetBytes;
  private final MisuseDesk misuse;
  private final Room room;
  private final AtomicLong bytes = new AtomicLong();
  private final Set<GuardedBlock> live = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Tells how much more memory the manager may have. */
  public interface Room {

    /** Returns the bytes between what is committed and the hard limit. */
    long bytes();
  }

  /**
   * Makes guards that have nothing yet.
   *
   * @param pages what guarded memory is made of, or null if the page source has none
   * @param budgetBytes bytes of the pages of live blocks, at most; 0 for no guards
   * @param room what the hard limit leaves
   * @param misuse where to report
   */
  public Guards(@Nullable GuardPages pages, long budgetBytes, Room room, MisuseDesk misuse) {
    this.memory = pages == null || budgetBytes == 0 ? null : GuardedMemory.of(pages);
    this.budgetBytes = budgetBytes;
    this.room = room;
    this.misuse = misuse;
  }

  /** Makes what the first guarded block needs, once in a process. Takes some milliseconds. */
  public void prepare() {
    if (memory != null && !memory.isReady()) {
      memory.prepare();
    }
  }

  /**
   * Ends what was not ended by who freed it, and tries again what the operating system has refused.
   * Once a second.
   */
  public void tick() {
    if (memory != null) {
      for (GuardedBlock block : live) {
        // Twice, since whoever frees it may be about to end it.
        if (block.isFreed() && block.seenFreed) {
          endByClock(block);
        }
        block.seenFreed = block.isFreed();
      }
      memory.sealParked();
    }
  }

  // ---- placing ----

  /**
   * Returns a place between guard pages for a block that is observed; null if it stays in its slot.
   *
   * @param page where the block has its slot
   * @param pageSlot the number of the slot
   */
  public @Nullable Placement place(
      Page page, int pageSlot, long blockId, long byteSize, long alignment, String budget) {
    if (memory == null || closed || !memory.fits(byteSize, alignment)) {
      return null;
    }
    try {
      StackRoom.check();
      long pageBytes = memory.pageBytes(byteSize);
      if (!charge(pageBytes)) {
        return null;
      }
      GuardedBlock block = null;
      try {
        block = memory.take(this, page, pageSlot, blockId, byteSize, alignment, budget);
      } finally {
        if (block == null) {
          bytes.addAndGet(-pageBytes);
        }
      }
      return block == null ? null : begin(block);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return null;
    }
  }

  /** Fills the slack of a block; returns null if the manager has been closed meanwhile. */
  private @Nullable GuardedBlock begin(GuardedBlock block) {
    block.counted = true;
    boolean begun = false;
    try {
      live.add(block);
      long pattern = Slack.pattern(block.slot.blockId());
      Slack.fill(block.slot.start(), block.slot.address(), pattern);
      Slack.fill(block.slot.blockEnd(), block.slot.end(), pattern);
      begun = !closed;
      return begun ? block : null;
    } finally {
      if (!begun && claim(block)) {
        seal(block);
      }
    }
  }

  private boolean charge(long pageBytes) {
    long before;
    do {
      before = bytes.get();
      if (pageBytes > budgetBytes - before || pageBytes > room.bytes() - before) {
        return false;
      }
    } while (!bytes.compareAndSet(before, before + pageBytes));
    return true;
  }

  // ---- ending ----

  /**
   * Ends a block that was freed, unless another thread does.
   *
   * @throws MemoryMisuseException if it was damaged, and that is to be thrown
   */
  void end(GuardedBlock block, Site freeSite) {
    for (MisuseReport report : endAndReport(block, freeSite)) {
      if (misuse.isThrown(report.kind())) {
        throw new MemoryMisuseException(report);
      }
    }
  }

  private List<MisuseReport> endAndReport(GuardedBlock block, Site freeSite) {
    try {
      // Before the block is claimed: if there is no room for this, the clock will end it.
      StackRoom.check();
      List<MisuseReport> reports = new ArrayList<>(1);
      Finding finding = (report, kind, id) -> reports.add(misuse.found(report, kind, id));
      if (claim(block)) {
        end(block, freeSite, finding);
      }
      return reports;
    } catch (OutOfMemoryError | StackOverflowError e) {
      // The block is freed, and whoever did that must not think that it is not.
      return List.of();
    }
  }

  /** Ends a block whose end was cut short, for want of stack or of Java heap. */
  private void endByClock(GuardedBlock block) {
    if (claim(block)) {
      end(block, Site.UNKNOWN, misuse::foundByClock);
    }
  }

  private static boolean claim(GuardedBlock block) {
    return block.state.compareAndSet(GuardedBlock.State.LIVE, GuardedBlock.State.ENDING);
  }

  private void end(GuardedBlock block, Site freeSite, Finding finding) {
    Damage damage = Damage.NONE;
    try {
      damage = Damage.of(block.slot);
      block.noteFree(freeSite);
    } finally {
      // Whatever befalls the notes, the pages go back.
      seal(block);
    }
    if (damage.behind() >= 0) {
      report(block, MisuseKind.OVERRUN, damage.behind(), finding);
    }
    if (damage.before() < 0) {
      report(block, MisuseKind.UNDERRUN, damage.before(), finding);
    }
  }

  private void seal(GuardedBlock block) {
    if (memory().seal(block)) {
      forget(block);
    }
  }

  /** Notes that the pages of a block are sealed. */
  void forget(GuardedBlock block) {
    live.remove(block);
    if (block.counted) {
      bytes.addAndGet(-block.slot.pageBytes());
    }
  }

  /** What is done with a report. */
  private interface Finding {
    void found(MisuseReport.Builder report, MisuseKind kind, long blockId);
  }

  private void report(GuardedBlock block, MisuseKind kind, long offset, Finding finding) {
    long distance = kind == MisuseKind.OVERRUN ? offset - block.slot.byteSize() : -offset;
    finding.found(
        misuse
            .begin(kind)
            .block(block.slot.blockId(), block.slot.byteSize())
            .budget(block.budget)
            .offset(offset)
            .detail(
                kind == MisuseKind.OVERRUN
                    ? "a guarded block was written " + distance + " bytes behind its end"
                    : "a guarded block was written " + distance + " bytes before its start"),
        kind,
        block.slot.blockId());
  }

  /** Seals the pages of all blocks, and reports what is found about them. */
  public void close() {
    closed = true;
    for (GuardedBlock block : live) {
      try {
        end(block, Site.UNKNOWN);
      } catch (MemoryMisuseException e) {
        // Reported; and whoever closes the manager has not done it.
      }
    }
    tick();
  }

  // ---- knowledge ----

  private GuardedMemory memory() {
    if (memory == null) {
      throw new AssertionError("there is a guarded block, and no memory for it");
    }
    return memory;
  }

  /** Returns the block in whose pages, or in the guard behind, {@code address} lies, or null. */
  public Explainer.@Nullable Located find(long address) {
    GuardedBlock block = memory == null ? null : memory.find(address);
    return block == null || block.owner != this
        ? null
        : new Explainer.Located(
            block.slot.blockId(),
            address - block.slot.address(),
            block.slot.pageBytes(),
            block.state.get() == GuardedBlock.State.LIVE);
  }

  /** Tells {@code snapshot} the number of guarded blocks, and the bytes of their pages. */
  public void read(MemorySnapshot.Builder snapshot) {
    snapshot.guards(live.size(), bytes.get());
  }
}
