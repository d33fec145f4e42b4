package io.rmm.corpus;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MisuseKind;
import java.lang.foreign.Arena;
import java.util.List;

/** Sizes that were computed wrong, come from elsewhere, or are refused. */
final class SizeVariants {

  private SizeVariants() {}

  static List<Variant> all() {
    return List.of(
        // ---- overflows ----
        size("int_product_gets_negative", 70_000, n -> asInts(n, 32_000, 0), n -> n * 10),
        size("long_product_gets_negative", 1L << 61, n -> n * 4 + 8, n -> n >> 55),
        size("header_added_to_the_largest", Long.MAX_VALUE, n -> n + 16, _ -> 16),
        size("int_sum_gets_negative", Integer.MAX_VALUE, n -> asInts(n, 1, 1), _ -> 1),
        size("difference_gets_negative", 10, n -> n - 16, n -> n),
        size("length_of_minus_one", -1, n -> n, _ -> 1),
        wrapsToLittle("int_product_gets_little", 1 << 30, n -> asInts(n, 4, 8), 1),
        wrapsToLittle("long_product_gets_little", 1L << 61, n -> n * 8 + 8, 1),
        wrapsToLittle("int_truncated", (1L << 32) + 8, n -> (int) n, 1),
        sized(Cwe.CWE680, "arena_size_gets_negative")
            .source(run -> Carried.of(run.manager.openSharedArena(), null))
            .bad((_, c) -> c.arena().allocate(asInts(Integer.MAX_VALUE, 1, 1)))
            .good(
                (_, c) -> {
                  c.arena().allocate(16);
                  c.arena().close();
                }),

        // ---- results that nobody looks at ----
        sized(Cwe.CWE690, "budget_refuses")
            .source(run -> Carried.of(tenant(run).allocate(100)))
            .bad((_, c) -> moreOf(c.block(), false))
            .good((_, c) -> moreOf(c.block(), true)),
        sized(Cwe.CWE690, "resize_refused")
            .source(run -> Carried.of(tenant(run).allocate(100)))
            .bad((_, c) -> c.block().resize(1 << 20))
            .good((_, c) -> resizeOrKeep(c.block())),
        sized(Cwe.CWE690, "arena_refused")
            .source(
                run -> {
                  Arena arena = tenant(run).openSharedArena();
                  return Carried.of(arena, arena.allocate(100));
                })
            .bad((_, c) -> c.arena().allocate(1 << 20).fill((byte) 1))
            .good(
                (_, c) -> {
                  c.arena().allocate(100).fill((byte) 1);
                  c.arena().close();
                }),
        sized(Cwe.CWE690, "root_refuses")
            .source(run -> Carried.of(run.manager.allocate(100)))
            .bad((run, _) -> run.manager.allocate(CaseRun.LIMIT + 1).segment().fill((byte) 1))
            .good((_, c) -> c.block().close()),

        // ---- too much ----
        excess("size_from_input", 1L << 30),
        excess("size_of_a_terabyte", 1L << 40),
        excess("size_of_the_largest", Long.MAX_VALUE),
        sized(Cwe.CWE789, "count_from_input")
            .source(_ -> Carried.number(1 << 28))
            .bad((run, c) -> run.manager.allocate(c.number() * JAVA_LONG.byteSize()).close())
            .good((run, c) -> run.manager.allocate(Math.min(c.number(), 100) * 8).close()),
        sized(Cwe.CWE789, "resize_to_size_from_input")
            .source(run -> Carried.of(run.manager.allocate(100)))
            .bad((_, c) -> c.block().resize(1L << 34))
            .good((_, c) -> c.block().resize(1_000).close()),
        sized(Cwe.CWE789, "arena_size_from_input")
            .source(run -> Carried.of(run.manager.openSharedArena(), null))
            .bad((_, c) -> c.arena().allocate(1L << 33))
            .good(
                (_, c) -> {
                  c.arena().allocate(1 << 10);
                  c.arena().close();
                }),
        sized(Cwe.CWE789, "loop_without_end")
            .source(run -> Carried.of(run.manager.allocate(100)))
            .bad((run, c) -> loop(run, c.block(), 100_000))
            .good((run, c) -> loop(run, c.block(), 10)),
        sized(Cwe.CWE789, "tenant_over_its_limit")
            .source(run -> Carried.of(tenant(run).allocate(100)))
            .bad((_, c) -> c.block().budget().allocate(2_000_000).close())
            .good((_, c) -> c.block().close()));
  }

  private interface Size {
    long of(long number);
  }

  /** As many programs have it that count in ints. */
  private static int asInts(long number, int factor, int added) {
    return (int) number * factor + added;
  }

  private static Variant.Builder sized(Cwe cwe, String name) {
    return Variant.of(cwe, name).expect(Outcome.THROWN);
  }

  private static Variant size(String name, long input, Size bad, Size good) {
    return sized(Cwe.CWE680, name)
        .source(_ -> Carried.number(input))
        .bad((run, c) -> run.manager.allocate(bad.of(c.number())).close())
        .good((run, c) -> run.manager.allocate(good.of(c.number())).close());
  }

  /** The size is valid and too small, so that it is the use that is refused. */
  private static Variant wrapsToLittle(String name, long input, Size size, long rightCount) {
    return Variant.of(Cwe.CWE680, name, MisuseKind.OVERRUN)
        .expect(Outcome.EXPLAINED)
        .source(_ -> Carried.number(input))
        .bad((run, c) -> fillInts(run.manager.allocate(size.of(c.number())), c.number()))
        .good(
            (run, _) -> {
              try (Block block = run.manager.allocate(rightCount * JAVA_INT.byteSize())) {
                fillInts(block, rightCount);
              }
            });
  }

  private static void fillInts(Block block, long count) {
    for (long i = 0; i < count; i++) {
      block.segment().setAtIndex(JAVA_INT, i, 1);
    }
  }

  private static Budget tenant(CaseRun run) {
    return run.manager.rootBudget().child("tenant", BudgetLimits.hard(500_000));
  }

  private static void moreOf(Block block, boolean checks) {
    try {
      Block more = block.budget().allocate(1 << 20);
      more.segment().fill((byte) 1);
      more.close();
    } catch (AllocationRejectedException e) {
      if (!checks) {
        throw e;
      }
      block.close();
    }
  }

  private static void resizeOrKeep(Block block) {
    try {
      block.resize(1 << 20).close();
    } catch (AllocationRejectedException e) {
      block.close();
    }
  }

  private static Variant excess(String name, long size) {
    return sized(Cwe.CWE789, name)
        .source(_ -> Carried.number(size))
        .bad((run, c) -> run.manager.allocate(c.number()).close())
        .good((run, c) -> run.manager.allocate(Math.min(c.number(), 1 << 16)).close());
  }

  private static void loop(CaseRun run, Block first, int times) {
    first.close();
    Block[] blocks = new Block[times];
    for (int i = 0; i < times; i++) {
      blocks[i] = run.manager.allocate(100_000);
    }
    for (Block block : blocks) {
      block.close();
    }
  }
}
