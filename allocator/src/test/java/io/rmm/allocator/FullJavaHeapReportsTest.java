package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Misuse while the Java heap is full: there may be no room for a report, but each act is refused,
 * and counted once; and nothing else is the worse for it.
 */
class FullJavaHeapReportsTest {

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"STANDARD", "PARANOID"})
  void everyMisuseIsRefusedAndCounted(SafetyMode mode) throws Exception {
    FullJavaHeap.run(Full.class, "all were counted", mode);
  }

  /** What the child does. */
  static final class Full {

    /** So that there is from no room at all to room for most of a report. */
    private static final int STEPS = 4;

    private static final int PIECES_A_STEP = 10;

    /** Every second step, or all of them. */
    private static final int ACTS = FullJavaHeap.POSITIONS == 1 ? STEPS / 2 : STEPS;

    private static final int NOT_ZERO = 0x5a;

    /** A misuse, of a block that is made for it while there is room. */
    private interface Misuse {
      void of(Engine engine, Block block, long address);
    }

    private record Kind(
        MisuseKind kind, boolean needsRoom, boolean detached, boolean freed, Misuse misuse) {}

    private static final List<Kind> KINDS =
        List.of(
            new Kind(MisuseKind.DOUBLE_FREE, false, false, true, (_, block, _) -> block.close()),
            new Kind(MisuseKind.DOUBLE_FREE, false, true, false, (_, block, _) -> block.close()),
            new Kind(MisuseKind.DOUBLE_FREE, true, true, true, (engine, _, at) -> engine.free(at)),
            new Kind(
                MisuseKind.INVALID_FREE, true, false, false, (engine, _, at) -> engine.free(at)),
            new Kind(
                MisuseKind.INVALID_FREE, true, true, false, (engine, _, at) -> engine.free(at + 8)),
            new Kind(
                MisuseKind.INVALID_FREE, true, false, false, (engine, _, _) -> engine.free(4096)),
            new Kind(
                MisuseKind.USE_AFTER_FREE, false, false, true, (_, block, _) -> block.segment()),
            new Kind(MisuseKind.USE_AFTER_FREE, true, false, true, (_, block, _) -> block.share()),
            new Kind(MisuseKind.USE_AFTER_FREE, true, true, false, (_, block, _) -> block.detach()),
            new Kind(MisuseKind.OVERRUN, false, false, false, (_, block, _) -> block.close()));

    private Full() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      for (int i = 0; i < KINDS.size(); i++) {
        Engine engine = FullJavaHeap.engine();
        Kind kind = KINDS.get(i);
        // Once with room, so that classes are loaded.
        round(engine, kind, false);
        round(engine, kind, true);
        Map<MisuseKind, Long> counted = engine.snapshot().misusesByKind();
        assertThat(counted).as("misuse %d", i).containsOnlyKeys(kind.kind);
        // To look up an address takes room: without it the act fails before it is known for a
        // misuse.
        long least = kind.needsRoom ? 2L * ACTS - 1 : 2L * ACTS;
        assertThat(counted.get(kind.kind)).as("misuse %d", i).isBetween(least, 2L * ACTS);
        Invariants.checkLadder(engine.snapshot());
        engine.purge();
        engine.close();
      }
      System.out.println("all were counted");
    }

    private static void round(Engine engine, Kind kind, boolean full) {
      BudgetNode budget = engine.budgets().root();
      Block[] blocks = new Block[ACTS];
      long[] addresses = new long[ACTS];
      for (int i = 0; i < ACTS; i++) {
        blocks[i] = budget.allocate(100);
        addresses[i] = blocks[i].segment().address();
        prepare(engine, kind, blocks[i], addresses[i]);
      }
      Throwable[] thrown = new Throwable[ACTS];
      Ballast ballast = full ? Ballast.fill() : null;
      try {
        for (int i = 0; i < ACTS; i++) {
          if (full) {
            int step = (FullJavaHeap.FIRST + i * (STEPS / ACTS)) % STEPS;
            ballast = Ballast.lighten(Ballast.fillUp(ballast), step * PIECES_A_STEP);
          }
          try {
            kind.misuse.of(engine, blocks[i], addresses[i]);
          } catch (MemoryMisuseException | OutOfMemoryError e) {
            thrown[i] = e;
          }
        }
      } finally {
        Reference.reachabilityFence(ballast);
      }
      ballast = null;
      for (int i = 0; i < ACTS; i++) {
        if (kind.kind != MisuseKind.OVERRUN) {
          assertThat(thrown[i]).as("act %d of %s", i, kind).isNotNull();
        }
        end(engine, kind, blocks[i], addresses[i]);
      }
      assertThat(engine.snapshot().liveBlocks()).isZero();
    }

    private static void prepare(Engine engine, Kind kind, Block block, long address) {
      if (kind.kind == MisuseKind.OVERRUN) {
        NativeWrites.fill(address + 100, NOT_ZERO, 4);
      }
      if (kind.detached) {
        long _ = block.detach();
      }
      if (kind.freed) {
        if (kind.detached) {
          engine.free(address);
        } else {
          block.close();
        }
      }
    }

    /** Frees what the misuse must have left alone. */
    private static void end(Engine engine, Kind kind, Block block, long address) {
      if (kind.freed || kind.kind == MisuseKind.OVERRUN) {
        return;
      }
      if (kind.detached) {
        engine.free(address);
      } else {
        block.close();
      }
    }
  }
}
