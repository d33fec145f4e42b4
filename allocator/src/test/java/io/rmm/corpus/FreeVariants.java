package io.rmm.corpus;

import static io.rmm.allocator.MisuseKind.DOUBLE_FREE;
import static io.rmm.allocator.MisuseKind.INVALID_FREE;
import static io.rmm.allocator.MisuseKind.USE_AFTER_FREE;

import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/** Frees of what was freed before, of what is not the manager's, and in the wrong way. */
final class FreeVariants {

  private static final long SIZE = 64;

  private FreeVariants() {}

  static List<Variant> all() {
    return List.of(
        // ---- twice ----
        thrown(Cwe.CWE415, "close_twice", DOUBLE_FREE)
            .source(FreeVariants::block)
            .bad(
                (_, c) -> {
                  c.block().close();
                  c.block().close();
                })
            .good((_, c) -> c.block().close()),
        thrown(Cwe.CWE415, "close_within_try", DOUBLE_FREE)
            .source(FreeVariants::block)
            .bad((_, c) -> closeWithinTry(c.block(), true))
            .good((_, c) -> closeWithinTry(c.block(), false)),
        thrown(Cwe.CWE415, "close_by_another_thread_too", DOUBLE_FREE)
            .source(FreeVariants::block)
            .bad(
                (_, c) -> {
                  Flow.inAnotherThread(() -> c.block().close());
                  c.block().close();
                })
            .good((_, c) -> Flow.inAnotherThread(() -> c.block().close())),
        thrown(Cwe.CWE415, "close_after_the_slot_was_reused", DOUBLE_FREE)
            .source(FreeVariants::block)
            .bad((run, c) -> closeAndReuse(run, c.block(), true))
            .good((run, c) -> closeAndReuse(run, c.block(), false)),
        thrown(Cwe.CWE415, "close_shared_handle_twice", DOUBLE_FREE)
            .source(FreeVariants::block)
            .bad((_, c) -> share(c.block(), true))
            .good((_, c) -> share(c.block(), false)),
        thrown(Cwe.CWE415, "close_after_resize", DOUBLE_FREE)
            .source(FreeVariants::block)
            .bad(
                (_, c) -> {
                  c.block().resize(5_000).close();
                  c.block().close();
                })
            .good((_, c) -> c.block().resize(5_000).close()),
        thrown(Cwe.CWE415, "close_after_detach", DOUBLE_FREE)
            .source(FreeVariants::block)
            .bad(
                (run, c) -> {
                  run.manager.free(c.block().detach());
                  c.block().close();
                })
            .good((run, c) -> run.manager.free(c.block().detach())),
        thrown(Cwe.CWE415, "free_address_twice", DOUBLE_FREE)
            .source(FreeVariants::detached)
            .bad(
                (run, c) -> {
                  run.manager.free(c.address());
                  run.manager.free(c.address());
                })
            .good((run, c) -> run.manager.free(c.address())),
        thrown(Cwe.CWE415, "close_large_block_twice", DOUBLE_FREE)
            .source(run -> Carried.of(run.manager.allocate(3 << 20)))
            .bad(
                (_, c) -> {
                  c.block().close();
                  c.block().close();
                })
            .good((_, c) -> c.block().close()),
        Variant.of(Cwe.CWE415, "close_arena_twice", DOUBLE_FREE, USE_AFTER_FREE)
            .expect(Outcome.REFUSED)
            .expect(SafetyMode.PARANOID, Outcome.EXPLAINED)
            .source(FreeVariants::arena)
            .bad(
                (_, c) -> {
                  c.arena().close();
                  c.arena().close();
                })
            .good((_, c) -> c.arena().close()),

        // ---- not the manager's ----
        foreign("zero", _ -> 0),
        foreign("small_number", _ -> 64),
        foreign("minus_one", _ -> -1),
        foreign("global_arena", _ -> Arena.global().allocate(SIZE).address()),
        foreign("automatic_arena", _ -> MemorySegment.ofBuffer(DIRECT).address()),
        foreign("malloc", _ -> MALLOCED),
        foreign("another_managers_block", _ -> OTHER.address()),
        foreign("far_beyond_a_block", run -> addressOfBystander(run) + (1L << 40)),
        foreign("never_allocated_slot", run -> addressOfBystander(run) + (60 << 10)),

        // ---- not at the start ----
        inside("second_byte", 1),
        inside("second_alignment_unit", 16),
        inside("middle", 32),
        inside("last_byte", 63),
        inside("before_start", -16),
        thrown(Cwe.CWE761, "free_walked_pointer", INVALID_FREE)
            .source(FreeVariants::detached)
            .bad((run, c) -> run.manager.free(walk(c.address())))
            .good(
                (run, c) -> {
                  long _ = walk(c.address());
                  run.manager.free(c.address());
                }),

        // ---- in the wrong way ----
        thrown(Cwe.CWE762, "free_block_that_has_a_handle", INVALID_FREE)
            .source(FreeVariants::block)
            .bad((run, c) -> run.manager.free(c.block().address()))
            .good((_, c) -> c.block().close()),
        thrown(Cwe.CWE762, "free_shared_block", INVALID_FREE)
            .source(FreeVariants::block)
            .bad(
                (run, c) -> {
                  Block further = c.block().share();
                  run.manager.free(further.address());
                })
            .good((_, c) -> share(c.block(), false)),
        thrown(Cwe.CWE762, "free_segment_of_an_arena", INVALID_FREE)
            .source(FreeVariants::arena)
            .bad((run, c) -> run.manager.free(c.view().address()))
            .good((_, c) -> c.arena().close()),
        thrown(Cwe.CWE762, "free_second_segment_of_an_arena", INVALID_FREE)
            .source(FreeVariants::arena)
            .bad((run, c) -> run.manager.free(c.arena().allocate(SIZE).address()))
            .good((_, c) -> c.arena().close()),
        thrown(Cwe.CWE762, "close_handle_of_a_detached_block", DOUBLE_FREE)
            .source(FreeVariants::block)
            .bad(
                (_, c) -> {
                  long _ = c.block().detach();
                  c.block().close();
                })
            .good((run, c) -> run.manager.free(c.block().detach())),
        thrown(Cwe.CWE762, "free_by_another_manager", INVALID_FREE)
            .source(FreeVariants::detached)
            .bad((run, c) -> freeByAnotherManager(run, c.address()))
            .good((run, c) -> run.manager.free(c.address())),
        thrown(Cwe.CWE762, "free_block_of_a_child_budget", INVALID_FREE)
            .source(
                run ->
                    Carried.of(
                        run.manager
                            .rootBudget()
                            .child("tenant", BudgetLimits.unlimited())
                            .allocate(SIZE)))
            .bad((run, c) -> run.manager.free(c.block().address()))
            .good((_, c) -> c.block().close()));
  }

  private static final ByteBuffer DIRECT = ByteBuffer.allocateDirect(64);

  /** For tests that end with the process. */
  private static final long MALLOCED = mallocOnce();

  private static final MemoryManager OTHER_MANAGER =
      MemoryManager.builder().name("another").discoverViews(false).build();

  private static final Block OTHER = OTHER_MANAGER.allocate(SIZE);

  private static long mallocOnce() {
    try {
      return CLibrary.malloc(SIZE);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static Variant.Builder thrown(Cwe cwe, String name, MisuseKind kind) {
    return Variant.of(cwe, name, kind).expect(Outcome.THROWN);
  }

  private static Carried block(CaseRun run) {
    return Carried.of(run.manager.allocate(SIZE));
  }

  private static Carried detached(CaseRun run) {
    return Carried.of(run.manager.allocate(SIZE).detach());
  }

  private static Carried arena(CaseRun run) {
    Arena arena = run.manager.openSharedArena();
    return Carried.of(arena, arena.allocate(SIZE));
  }

  private static void closeWithinTry(Block block, boolean twice) {
    try (block) {
      if (twice) {
        block.close();
      }
    }
  }

  private static void closeAndReuse(CaseRun run, Block block, boolean twice) {
    block.close();
    try (Block next = run.manager.allocate(SIZE)) {
      next.segment().fill((byte) 1);
      if (twice) {
        block.close();
      }
    }
  }

  private static void share(Block block, boolean twice) {
    Block further = block.share();
    further.close();
    if (twice) {
      further.close();
    }
    block.close();
  }

  private static long addressOfBystander(CaseRun run) {
    try (Block block = run.manager.allocate(SIZE)) {
      return block.address();
    }
  }

  /** Frees an address that is no block of the manager; the twin frees one that is. */
  private static Variant foreign(String name, ForeignAddress address) {
    return thrown(Cwe.CWE590, "free_" + name, INVALID_FREE)
        .source(FreeVariants::detached)
        .bad((run, _) -> run.manager.free(address.of(run)))
        .good((run, c) -> run.manager.free(c.address()));
  }

  private interface ForeignAddress {
    long of(CaseRun run);
  }

  private static Variant inside(String name, long offset) {
    return thrown(Cwe.CWE761, "free_" + name, INVALID_FREE)
        .source(FreeVariants::detached)
        .bad((run, c) -> run.manager.free(c.address() + offset))
        .good((run, c) -> run.manager.free(c.address()));
  }

  private static long walk(long address) {
    long end = address;
    while (end < address + SIZE / 2) {
      end += 4;
    }
    return end;
  }

  private static void freeByAnotherManager(CaseRun run, long address) {
    try (MemoryManager other = MemoryManager.builder().discoverViews(false).listener(run).build()) {
      other.free(address);
    }
  }
}
