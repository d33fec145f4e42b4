package io.rmm.allocator;

import io.rmm.allocator.heap.Heaps;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.RecordsCheck;
import io.rmm.allocator.observe.MisuseDesk;

/** Reports contradictions in the manager's own records. */
final class SelfCheck {

  private final RecordsCheck records;
  private final MisuseDesk misuse;

  SelfCheck(Heaps heaps, MisuseDesk misuse) {
    this.records = new RecordsCheck(heaps);
    this.misuse = misuse;
  }

  /** Goes on with the check. By the clock. */
  void tick() {
    records.tick(this::foundLiveAndFree);
  }

  private void foundLiveAndFree(Page page, int slot, long id) {
    MisuseReport.Builder report =
        misuse
            .begin(MisuseKind.CORRUPTION)
            .block(id, 0)
            .slotSize(page.slotBytes)
            .detail("the slot of a live block is listed as free, and may be handed out once more");
    misuse.foundByClock(report, MisuseKind.CORRUPTION, id);
  }
}
