package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.ChunkPool;
import io.rmm.allocator.heap.SizeClasses;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A thread that does what comes into its mind with memory, and knows what must come of it.
 *
 * <p>The model is as plain as can be: what is held, and how many bytes of slots each budget must
 * therefore hold. Contents are stamped with a number of the block's own and looked at again when it
 * goes.
 */
final class RandomProgram implements AutoCloseable {

  /** What is held at the most at a time, so that a run fits everywhere. */
  private static final long MAX_HELD_BYTES = 48 << 20;

  private static final long MAX_BYTE_SIZE = 6 << 20;

  /** The budget whose limits no program changes. */
  static final String FIXED = "fixed";

  private final Engine engine;
  private final RandomGenerator random;
  private final List<BudgetNode> budgets = new ArrayList<>();
  private final Exchange exchange;
  private final boolean alone;
  private final List<Held> held = new ArrayList<>();
  private final List<Exchange.OpenArena> arenas = new ArrayList<>();

  /** By budget: bytes of slots taken less bytes given back. May be negative if blocks go over. */
  private final Map<BudgetNode, Long> balance = new HashMap<>();

  private long heldBytes;
  private long rejections;

  /**
   * Makes a program.
   *
   * @param exchange through which blocks and arenas go from program to program
   * @param alone whether no other program works with the engine, so that refusals are foreseeable
   */
  RandomProgram(Engine engine, long seed, Exchange exchange, boolean alone) {
    this.engine = engine;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.exchange = exchange;
    this.alone = alone;
    Budgets.forEach(engine.budgets().root(), budgets::add);
  }

  /** Does one thing. */
  void step() {
    while (heldBytes > MAX_HELD_BYTES) {
      free();
    }
    int dice = random.nextInt(1000);
    if (dice < 380) {
      allocate(1);
    } else if (dice < 430) {
      allocate(1L << random.nextInt(random.nextInt(20) == 0 ? 21 : 14));
    } else if (dice < 750) {
      free();
    } else if (dice < 790) {
      share();
    } else if (dice < 840) {
      resize();
    } else if (dice < 880) {
      detach();
    } else if (dice < 940) {
      useArena();
    } else if (dice < 970) {
      handOver();
    } else if (dice < 980) {
      misuse();
    } else if (dice < 985) {
      setLimits();
    } else if (alone && dice < 995) {
      // The clock has one thread.
      engine.tick();
    } else if (!alone && dice < 995) {
      // Lets another thread have this one's processor, or a virtual one its carrier.
      LockSupport.parkNanos(1);
    } else {
      engine.purge();
    }
  }

  // ---- allocation ----

  private void allocate(long alignment) {
    BudgetNode budget = pick(budgets);
    long size = size();
    int sizeClass = SizeClasses.aligned(size, alignment);
    long slot = slotBytes(sizeClass, size);
    String refuser = refuser(budget, slot);
    try {
      Block block = alignment == 1 ? budget.allocate(size) : budget.allocate(size, alignment);
      check(refuser == null, "%s must refuse %d bytes", refuser, slot);
      assertThat(block.address() % Math.max(16, alignment)).isZero();
      Held fresh = new Held(block.segment(), sizeClass, slot, (byte) random.nextInt(), budget);
      fresh.handles.add(block);
      add(fresh);
    } catch (AllocationRejectedException e) {
      checkRejection(e, budget, refuser);
    }
  }

  private void useArena() {
    if (arenas.isEmpty() || random.nextInt(8) == 0) {
      BudgetNode budget = pick(budgets);
      boolean shared = random.nextBoolean();
      Arena arena = shared ? budget.openSharedArena() : budget.openConfinedArena();
      arenas.add(new Exchange.OpenArena(arena, shared, budget, new ArrayList<>()));
    }
    Exchange.OpenArena open = pick(arenas);
    int dice = random.nextInt(16);
    if (dice == 0) {
      arenas.remove(open);
      close(open);
      return;
    }
    if (dice == 1) {
      tradeArena(open);
      return;
    }
    long size = size();
    long alignment = 1L << random.nextInt(8);
    boolean ownMemory = engine.source().canChangeScope();
    long slot = leastSlotBytes(size, alignment, ArenaRegions.isShared(size, alignment));
    // It may find room in a region that the arena holds already, and then nobody refuses it.
    boolean mayBeAtHand = ownMemory && size <= ArenaRegions.MAX_BYTES;
    String refuser = refuser(open.budget(), slot);
    try {
      MemorySegment segment = open.arena().allocate(size, alignment);
      check(refuser == null || mayBeAtHand, "%s must refuse %d bytes", refuser, slot);
      assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) size])))
          .as("an arena's segment is zeroed")
          .isEqualTo(-1);
      open.segments().add(new Held(segment, -1, 0, (byte) random.nextInt(), open.budget()));
    } catch (AllocationRejectedException e) {
      checkRejection(e, open.budget(), refuser);
    }
  }

  private void tradeArena(Exchange.OpenArena mine) {
    if (mine.shared() && random.nextBoolean()) {
      arenas.remove(mine);
      exchange.arenas().add(mine);
    }
    Exchange.OpenArena theirs = random.nextBoolean() ? exchange.arenas().poll() : null;
    if (theirs != null) {
      theirs.segments().forEach(Held::checkStamp);
      arenas.add(theirs);
    }
  }

  private void close(Exchange.OpenArena open) {
    open.segments().forEach(Held::checkStamp);
    open.arena().close();
  }

  /** Closes what dies with the thread, which is about to end. */
  void endThread() {
    List<Exchange.OpenArena> confined = arenas.stream().filter(open -> !open.shared()).toList();
    confined.forEach(this::close);
    arenas.removeAll(confined);
  }

  /** Log-normal, with a few that have a chunk of their own. */
  private long size() {
    if (random.nextInt(300) == 0) {
      return random.nextLong(MAX_BYTE_SIZE);
    }
    if (random.nextInt(50) == 0) {
      return 0;
    }
    return (long) Math.min(200_000, Math.exp(random.nextGaussian(5.5, 2)));
  }

  /** Returns the bytes of the smallest slot that an arena may take for such a segment. */
  private long leastSlotBytes(long size, long alignment, boolean shared) {
    if (!engine.source().canChangeScope()) {
      return Math.max(1, size);
    }
    int sizeClass =
        shared
            ? SizeClasses.of(ArenaRegions.needed(size, alignment))
            : SizeClasses.aligned(size, alignment);
    return slotBytes(sizeClass, size);
  }

  private static long slotBytes(int sizeClass, long size) {
    return sizeClass == SizeClasses.HUGE
        ? ChunkPool.hugeBytes(size)
        : SizeClasses.slotBytes(sizeClass);
  }

  /** Returns the path of the budget that has no room for {@code slot} more bytes, or null. */
  private String refuser(BudgetNode budget, long slot) {
    for (BudgetNode node = budget; node != null; node = node.parent()) {
      if (alone && slot > node.limits().hard() - expectedUsed(node)) {
        return node.path();
      }
    }
    return null;
  }

  private void checkRejection(AllocationRejectedException e, BudgetNode asked, String refuser) {
    rejections++;
    assertThat(e.rejection().budget()).isEqualTo(asked.path());
    if (alone) {
      assertThat(e.rejection().rejectedBy()).isEqualTo(refuser);
    }
  }

  // ---- what may be done with what is held ----

  private void free() {
    if (held.isEmpty()) {
      return;
    }
    Held victim = held.get(random.nextInt(held.size()));
    victim.checkStamp();
    if (victim.detached != 0) {
      engine.free(victim.detached);
    } else {
      victim.handles.remove(random.nextInt(victim.handles.size())).close();
      if (!victim.handles.isEmpty()) {
        return;
      }
    }
    remove(victim);
    count(victim, -1);
  }

  private void share() {
    Held block = anyWithHandle();
    if (block != null) {
      Block share = pick(block.handles).share();
      assertThat(share.isAlive()).isTrue();
      block.handles.add(share);
      block.everShared = true;
    }
  }

  private void resize() {
    Held old = anyWithHandle();
    if (old == null || old.everShared) {
      return;
    }
    long size = size();
    int sizeClass = SizeClasses.of(size);
    long slot = slotBytes(sizeClass, size);
    // What stays in its slot needs no room.
    boolean stays = sizeClass == old.sizeClass && slot == old.slotBytes;
    String refuser = stays ? null : refuser(old.budget, slot);
    old.checkStamp();
    try {
      Block resized = old.handles.get(0).resize(size);
      check(refuser == null, "%s must refuse %d bytes", refuser, slot);
      long kept = Math.min(size, old.memory.byteSize());
      for (long i = 0; i < Math.min(kept, 64); i++) {
        assertThat(resized.segment().get(ValueLayout.JAVA_BYTE, i))
            .as("byte %d of %d kept", i, kept)
            .isEqualTo((byte) (old.stamp + i));
      }
      assertThat(old.handles.get(0).isAlive()).isFalse();
      remove(old);
      count(old, -1);
      Held fresh =
          new Held(resized.segment(), sizeClass, slot, (byte) random.nextInt(), old.budget);
      fresh.handles.add(resized);
      add(fresh);
    } catch (AllocationRejectedException e) {
      checkRejection(e, old.budget, refuser);
      old.checkStamp();
    }
  }

  private void detach() {
    Held block = anyWithHandle();
    if (block != null && !block.everShared) {
      block.detached = block.handles.remove(0).detach();
      assertThat(block.detached).isEqualTo(block.memory.address());
    }
  }

  private void handOver() {
    if (random.nextBoolean() && !held.isEmpty()) {
      Held gift = held.get(random.nextInt(held.size()));
      remove(gift);
      exchange.blocks().add(gift);
    } else {
      Held gift = exchange.blocks().poll();
      if (gift != null) {
        held.add(gift);
        heldBytes += gift.slotBytes;
      }
    }
  }

  private void misuse() {
    Held victim = held.isEmpty() ? null : pick(held);
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

  private void setLimits() {
    BudgetNode budget = pick(budgets);
    if (budget.parent() == null || budget.name().equals(FIXED)) {
      // The root's limit bounds what is committed, too, which this model does not foresee; and one
      // limit stays, so that a watcher can tell whether it is ever passed.
      return;
    }
    budget.setLimits(
        random.nextInt(3) == 0
            ? BudgetLimits.unlimited()
            : BudgetLimits.hard(1 + random.nextLong(8 << 20)));
  }

  // ---- the model ----

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Held anyWithHandle() {
    Held any = held.isEmpty() ? null : pick(held);
    return any == null || any.detached != 0 ? null : any;
  }

  private void add(Held fresh) {
    held.add(fresh);
    heldBytes += fresh.slotBytes;
    count(fresh, 1);
  }

  private void remove(Held gone) {
    held.remove(gone);
    heldBytes -= gone.slotBytes;
  }

  private void count(Held block, int sign) {
    balance.merge(block.budget, sign * block.slotBytes, Long::sum);
  }

  /** Returns the bytes that this program's doings leave {@code node} and its descendants with. */
  long expectedUsed(BudgetNode node) {
    long used = balance.getOrDefault(node, 0L);
    used += usedInArenas(node, arenas) + usedInArenas(node, exchange.arenas());
    for (BudgetNode child : node.nodes()) {
      used += expectedUsed(child);
    }
    return used;
  }

  private static long usedInArenas(BudgetNode node, Collection<Exchange.OpenArena> arenas) {
    return arenas.stream()
        .filter(open -> open.budget() == node)
        .flatMap(open -> ArenaSlots.of(open.arena()).stream())
        .mapToLong(page -> page.slotBytes)
        .sum();
  }

  /** Returns everything held, segments of arenas included. */
  List<Held> everything() {
    List<Held> all = new ArrayList<>(held);
    arenas.forEach(open -> all.addAll(open.segments()));
    return all;
  }

  List<Exchange.OpenArena> arenas() {
    return arenas;
  }

  long rejections() {
    return rejections;
  }

  /** Frees everything. */
  @Override
  public void close() {
    arenas.forEach(this::close);
    arenas.clear();
    while (!held.isEmpty()) {
      free();
    }
  }

  private static void check(boolean condition, String message, Object... arguments) {
    assertThat(condition).as(message, arguments).isTrue();
  }
}
