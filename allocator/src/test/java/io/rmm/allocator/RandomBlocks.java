package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;

/** What a random program does with blocks, and what must come of each act. */
final class RandomBlocks {

  private final Engine engine;
  private final Chance chance;
  private final Holdings holdings;
  private final ForeseenRefusals refusals;

  RandomBlocks(Engine engine, Chance chance, Holdings holdings, ForeseenRefusals refusals) {
    this.engine = engine;
    this.chance = chance;
    this.holdings = holdings;
    this.refusals = refusals;
  }

  void allocate(BudgetNode budget, long alignment) {
    long size = chance.size();
    int sizeClass = budget.sizeClass(size, alignment);
    long slot = ForeseenRefusals.slotBytes(sizeClass, size);
    String refuser = refusals.refuser(budget, slot);
    try {
      Block block = alignment == 1 ? budget.allocate(size) : budget.allocate(size, alignment);
      ForeseenRefusals.checkGranted(refuser == null, refuser, slot);
      assertThat(block.address() % Math.max(16, alignment)).isZero();
      Held fresh = new Held(block.segment(), sizeClass, slot, chance.stamp(), budget);
      fresh.handles.add(block);
      holdings.allocated(fresh);
    } catch (AllocationRejectedException e) {
      refusals.checkRejected(e, budget, refuser);
    }
  }

  /** Frees a block, or closes a handle of one that has several. */
  void free() {
    if (holdings.blocks().isEmpty()) {
      return;
    }
    Held victim = chance.pick(holdings.blocks());
    victim.checkStamp();
    if (victim.detached != 0) {
      engine.free(victim.detached);
    } else {
      victim.handles.remove(chance.below(victim.handles.size())).close();
      if (!victim.handles.isEmpty()) {
        return;
      }
    }
    holdings.freed(victim);
  }

  void share() {
    Held block = anyWithHandle();
    if (block != null) {
      Block share = chance.pick(block.handles).share();
      assertThat(share.isAlive()).isTrue();
      block.handles.add(share);
      block.everShared = true;
    }
  }

  void resize() {
    Held old = anyWithHandle();
    if (old == null || old.everShared) {
      return;
    }
    long size = chance.size();
    int sizeClass = old.budget.sizeClass(size);
    long slot = ForeseenRefusals.slotBytes(sizeClass, size);
    // What stays in its slot needs no room. With a quarantine nothing does.
    boolean stays =
        sizeClass == old.sizeClass && slot == old.slotBytes && engine.quarantine() == null;
    String refuser = stays ? null : refusals.refuser(old.budget, slot);
    old.checkStamp();
    try {
      Block resized = old.handles.get(0).resize(size);
      ForeseenRefusals.checkGranted(refuser == null, refuser, slot);
      checkKept(old, resized);
      assertThat(old.handles.get(0).isAlive()).isFalse();
      holdings.freed(old);
      Held fresh = new Held(resized.segment(), sizeClass, slot, chance.stamp(), old.budget);
      fresh.handles.add(resized);
      holdings.allocated(fresh);
    } catch (AllocationRejectedException e) {
      refusals.checkRejected(e, old.budget, refuser);
      old.checkStamp();
    }
  }

  private static void checkKept(Held old, Block resized) {
    long kept = Math.min(resized.byteSize(), old.memory.byteSize());
    for (long i = 0; i < Math.min(kept, 64); i++) {
      assertThat(resized.segment().get(ValueLayout.JAVA_BYTE, i))
          .as("byte %d of %d kept", i, kept)
          .isEqualTo((byte) (old.stamp + i));
    }
  }

  void detach() {
    Held block = anyWithHandle();
    if (block != null && !block.everShared) {
      block.detached = block.handles.remove(0).detach();
      assertThat(block.detached).isEqualTo(block.memory.address());
    }
  }

  private Held anyWithHandle() {
    Held any = holdings.blocks().isEmpty() ? null : chance.pick(holdings.blocks());
    return any == null || any.detached != 0 ? null : any;
  }

  void misuse() {
    Held victim = holdings.blocks().isEmpty() ? null : chance.pick(holdings.blocks());
    if (victim == null || victim.slotBytes < 32) {
      return;
    }
    try {
      engine.free(victim.memory.address() + 1);
      throw new AssertionError("an interior free was let pass");
    } catch (MemoryMisuseException e) {
      assertThat(e.report().kind()).isEqualTo(MisuseKind.INVALID_FREE);
    }
  }

  /** Gives a block to another program, or takes what one has given. */
  void handOver(Exchange exchange) {
    if (chance.even() && !holdings.blocks().isEmpty()) {
      Held gift = chance.pick(holdings.blocks());
      holdings.letGo(gift);
      exchange.blocks().add(gift);
    } else {
      Held gift = exchange.blocks().poll();
      if (gift != null) {
        holdings.keep(gift);
      }
    }
  }
}
