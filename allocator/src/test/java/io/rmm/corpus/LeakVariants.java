package io.rmm.corpus;

import static io.rmm.allocator.MisuseKind.ARENA_NOT_CLOSED;
import static io.rmm.allocator.MisuseKind.LEAK;

import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Blocks and arenas that nobody frees, which the manager tells of when it is closed. */
final class LeakVariants {

  private LeakVariants() {}

  static List<Variant> all() {
    return List.of(
        leak("handle_lost")
            .source(run -> Carried.of(run.manager.allocate(64)))
            .bad((_, _) -> {})
            .good((_, c) -> c.block().close()),
        leak("large_block_lost")
            .source(run -> Carried.of(run.manager.allocate(2 << 20)))
            .bad((_, _) -> {})
            .good((_, c) -> c.block().close()),
        leak("variable_overwritten")
            .source(run -> Carried.of(run.manager.allocate(64)))
            .bad((run, c) -> overwrite(run, c.block(), false))
            .good((run, c) -> overwrite(run, c.block(), true)),
        leak("early_return")
            .source(run -> Carried.of(run.manager.allocate(64)))
            .bad((_, c) -> returnEarly(c.block()))
            .good(
                (_, c) -> {
                  try (Block block = c.block()) {
                    block.segment().fill((byte) 1);
                  }
                }),
        leak("exception_before_close")
            .source(run -> Carried.of(run.manager.allocate(64)))
            .bad((_, c) -> failBeforeClose(c.block()))
            .good((_, c) -> failWithinTry(c.block())),
        leak("result_of_resize_lost")
            .source(run -> Carried.of(run.manager.allocate(64)))
            .bad((_, c) -> c.block().resize(5_000))
            .good((_, c) -> c.block().resize(5_000).close()),
        leak("shared_handle_not_closed")
            .source(run -> Carried.of(run.manager.allocate(64)))
            .bad(
                (_, c) -> {
                  Block further = c.block().share();
                  further.segment().fill((byte) 1);
                  c.block().close();
                })
            .good(
                (_, c) -> {
                  try (Block further = c.block().share()) {
                    further.segment().fill((byte) 1);
                  }
                  c.block().close();
                }),
        leak("detached_block_not_freed")
            .source(run -> Carried.of(run.manager.allocate(64).detach()))
            .bad((_, _) -> {})
            .good((run, c) -> run.manager.free(c.address())),
        leak("list_cleared")
            .source(run -> Carried.of(run.manager.allocate(64)))
            .bad((run, c) -> clear(run, c.block(), false))
            .good((run, c) -> clear(run, c.block(), true)),
        leak("block_of_a_child_budget")
            .source(
                run ->
                    Carried.of(
                        run.manager
                            .rootBudget()
                            .child("tenant", BudgetLimits.hard(1 << 20))
                            .allocate(64)))
            .bad((_, _) -> {})
            .good((_, c) -> c.block().close()),
        leak("one_of_a_thousand")
            .source(run -> Carried.of(run.manager.allocate(64)))
            .bad((run, c) -> thousand(run, c.block(), 1))
            .good((run, c) -> thousand(run, c.block(), 0)),
        leak("shared_arena_with_memory")
            .source(
                run -> {
                  Arena arena = run.manager.openSharedArena();
                  return Carried.of(arena, arena.allocate(64));
                })
            .bad((_, c) -> c.view().fill((byte) 1))
            .good((_, c) -> c.arena().close()),
        leak("confined_arena_with_memory")
            .needs(Variant.Need.ONE_THREAD)
            .source(
                run -> {
                  Arena arena = run.manager.openConfinedArena();
                  return Carried.of(arena, arena.allocate(64));
                })
            .bad((_, c) -> c.view().fill((byte) 1))
            .good((_, c) -> c.arena().close()),
        Variant.of(Cwe.CWE401, "arena_without_memory", ARENA_NOT_CLOSED)
            .expect(Outcome.REPORTED)
            .source(run -> Carried.of(run.manager.openSharedArena(), null))
            .bad((_, _) -> {})
            .good((_, c) -> c.arena().close()));
  }

  private static Variant.Builder leak(String name) {
    return Variant.of(Cwe.CWE401, name, LEAK, ARENA_NOT_CLOSED).expect(Outcome.REPORTED);
  }

  private static void overwrite(CaseRun run, Block block, boolean close) {
    Block current = block;
    if (close) {
      current.close();
    }
    current = run.manager.allocate(100);
    current.close();
  }

  private static void returnEarly(Block block) {
    if (block.byteSize() < 100) {
      return;
    }
    block.close();
  }

  private static void failBeforeClose(Block block) {
    try {
      fail();
      block.close();
    } catch (UnsupportedOperationException e) {
      // Handled, and the block forgotten.
    }
  }

  private static void failWithinTry(Block block) {
    try (block) {
      fail();
    } catch (UnsupportedOperationException e) {
      // Handled.
    }
  }

  private static void fail() {
    throw new UnsupportedOperationException();
  }

  private static void clear(CaseRun run, Block block, boolean close) {
    List<Block> blocks = new ArrayList<>(List.of(block, run.manager.allocate(32)));
    if (close) {
      blocks.forEach(Block::close);
    }
    blocks.clear();
  }

  private static void thousand(CaseRun run, Block block, int kept) {
    block.close();
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      blocks.add(run.manager.allocate(48));
    }
    blocks.subList(kept, blocks.size()).forEach(Block::close);
  }
}
