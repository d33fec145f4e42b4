package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What native code writes before a block is noticed although the memory goes back, or the manager
 * ends, before the sweep comes by. There is no clock here but where a whole manager is tried.
 */
class StrayWriteLastLookTest {

  /** In a slot of 320. */
  private static final long SIZE = 300;

  private final Reports reports = new Reports();
  private final Engine engine = engine("auto");
  private final BudgetNode budget = engine.budgets().root();

  private static Engine engine(String source) {
    return new Engine(
        "last look",
        PageSources.named(source),
        // No block is in a guarded slot.
        new Sampler(SafetyMode.STANDARD, 1L << 40),
        BudgetLimits.unlimited(),
        Safety.of(SafetyMode.STANDARD));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private List<Block> allocate(int count, long size) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      blocks.add(budget.allocate(size));
    }
    return blocks;
  }

  private static void writeBefore(Block block) {
    NativeWrites.fill(block.address() - 4, 0, 4);
  }

  private long misuses() {
    return engine.snapshot().misuses();
  }

  @Test
  void aWriteBeforeABlockOfAPageThatWasGivenBackIsTold() {
    engine.listeners().add(reports);
    List<Block> blocks = allocate(2, SIZE);
    writeBefore(blocks.get(1));
    blocks.forEach(Block::close);

    engine.purge();
    assertThat(engine.snapshot().committedBytes()).isZero();
    assertThat(misuses()).as("nobody is told in a hold").isZero();
    engine.tick();
    engine.purge(); // tells the news in this thread

    MisuseReport report = reports.onlyMisuse();
    assertThat(report.kind()).isEqualTo(MisuseKind.UNDERRUN);
    assertThat(report.blockId()).isEqualTo(blocks.get(1).id());
    assertThat(report.offset()).isEqualTo(-4);
    assertThat(report.confidence()).isEqualTo(MisuseConfidence.LIKELY);
  }

  @Test
  void soIsOneInAPageThatItsOwnerGivesBackAmidAllocations() {
    List<Block> blocks = allocate(13_000, SIZE);
    long written = 0;
    for (int i = 1; i < blocks.size(); i++) {
      // One in most pages, which have 102 slots.
      if (i % 102 == 50 && blocks.get(i).address() - blocks.get(i - 1).address() == 320) {
        writeBefore(blocks.get(i));
        written++;
      }
    }
    assertThat(written).isGreaterThan(100);
    blocks.forEach(Block::close);
    // Of another size, so that pages are taken, and empty ones go back for them.
    List<Block> others = allocate(4_000, 2 * SIZE);
    engine.strayWrites().end();
    assertThat(misuses()).as("those that went back, and those that did not").isEqualTo(written);
    others.forEach(Block::close);
    engine.purge();
    engine.tick();
    assertThat(misuses()).as("each is told once").isEqualTo(written);
  }

  @Test
  void oneOverrunOfBothCanariesIsToldOnce() {
    for (long size = SIZE; size <= 312; size++) {
      Block block = budget.allocate(size);
      NativeWrites.fill(block.address() + size, 0, 320 - size);
      block.close();
    }
    assertThat(engine.snapshot().misusesByKind()).containsOnly(entry(MisuseKind.OVERRUN, 13));
    engine.purge();
    engine.tick();
    assertThat(misuses()).isEqualTo(13);
  }

  private static Map.Entry<MisuseKind, Long> entry(MisuseKind kind, long count) {
    return Map.entry(kind, count);
  }

  /** The owner waits while its pages are looked through, so that is bounded. */
  @Test
  void noMoreIsLookedAtInOnePassThanIsSoonDone() {
    // The smallest slots, 2,048 to a page: more than are looked at in one pass.
    List<Block> blocks = allocate(40 * 2_048, 0);
    long written = 0;
    for (int i = 100; i < blocks.size(); i += 2_048) {
      assertThat(blocks.get(i).address() - blocks.get(i - 1).address()).isEqualTo(16);
      writeBefore(blocks.get(i));
      written++;
    }
    assertThat(written).isEqualTo(40);
    blocks.forEach(Block::close);
    engine.purge();
    assertThat(engine.snapshot().committedBytes()).isZero();
    engine.tick();
    assertThat(misuses()).isEqualTo(32);
  }

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"STANDARD", "SAFE", "PARANOID"})
  void theManagersCloseLooksOnceMore(SafetyMode mode) {
    List<Block> blocks = new ArrayList<>();
    try (MemoryManager manager =
        MemoryManager.builder()
            .discoverViews(false)
            .listener(reports)
            .safetyMode(mode)
            .sampleInterval(1L << 40)
            .guardBudget(0)
            .build()) {
      for (int i = 0; i < 3; i++) {
        blocks.add(manager.allocate(SIZE));
      }
      Block freed = blocks.get(1);
      writeBefore(freed);
      freed.close();
      writeBefore(blocks.get(2));
      blocks.get(0).close();
      blocks.get(2).close();
    }
    assertThat(reports.misuses)
        .extracting(MisuseReport::kind, MisuseReport::blockId)
        .containsExactlyInAnyOrder(
            tuple(MisuseKind.UNDERRUN, blocks.get(1).id()),
            tuple(MisuseKind.UNDERRUN, blocks.get(2).id()));
  }

  @Test
  void noPageIsLostIfTheJavaHeapIsFull() throws Exception {
    FullJavaHeap.run(Full.class, "gave all back");
  }

  /** What the child does. */
  static final class Full {

    private Full() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      Engine engine = engine("linux");
      // Once with room, so that the tests' own classes are loaded; nothing is damaged.
      round(engine, false, false);
      long before = engine.snapshot().committedBytes();
      round(engine, true, true);
      assertThat(engine.snapshot().committedBytes()).isEqualTo(before);
      engine.purge();
      assertThat(engine.snapshot().committedBytes()).isZero();
      assertThat(engine.snapshot().usedBytes()).isZero();
      engine.tick();
      engine.close();
      System.out.println("gave all back");
    }

    private static void round(Engine engine, boolean damaged, boolean full) {
      BudgetNode budget = engine.budgets().root();
      Block[] blocks = new Block[10_000];
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = budget.allocate(SIZE);
      }
      for (int i = 1; i < blocks.length; i++) {
        if (damaged && blocks[i].address() - blocks[i - 1].address() == 320) {
          writeBefore(blocks[i]);
        }
      }
      for (Block block : blocks) {
        block.close();
      }
      Ballast ballast = full ? Ballast.fill() : null;
      try {
        giveBackUntilRefused(budget);
      } finally {
        // Up to here the heap stays full.
        Reference.reachabilityFence(ballast);
      }
    }

    /** To take pages of another size lets empty ones go; a full heap has no room for them. */
    private static void giveBackUntilRefused(BudgetNode budget) {
      for (int i = 0; i < 200; i++) {
        @Nullable Block block = null;
        try {
          block = budget.allocate(30_000);
        } catch (OutOfMemoryError e) {
          // As expected: what it has given back by now is looked at below.
        }
        if (block != null) {
          block.close();
        }
      }
    }
  }
}
