package io.rmm.corpus;

import static io.rmm.allocator.MisuseKind.USE_AFTER_FREE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.rmm.allocator.Block;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/** Uses of blocks that were freed: by their handles, which is always found, and by old views. */
final class UseVariants {

  private static final long SIZE = 64;

  private UseVariants() {}

  /** One use of a handle. */
  private interface Use {
    void of(Block block);
  }

  static List<Variant> all() {
    return List.of(
        handle("segment", b -> b.segment().fill((byte) 1)),
        handle("address", Block::address),
        handle("byte_buffer", b -> b.asByteBuffer().put((byte) 1)),
        handle("share", b -> b.share().close()),
        Variant.of(Cwe.CWE416, "handle_resize", USE_AFTER_FREE)
            .expect(Outcome.THROWN)
            .source(run -> Carried.of(run.manager.allocate(SIZE)))
            .bad(
                (_, c) -> {
                  c.block().close();
                  c.block().resize(100).close();
                })
            .good((_, c) -> c.block().resize(100).close()),
        Variant.of(Cwe.CWE416, "handle_detach", USE_AFTER_FREE)
            .expect(Outcome.THROWN)
            .source(run -> Carried.of(run.manager.allocate(SIZE)))
            .bad(
                (run, c) -> {
                  c.block().close();
                  run.manager.free(c.block().detach());
                })
            .good((run, c) -> run.manager.free(c.block().detach())),
        Variant.of(Cwe.CWE416, "old_handle_after_resize", USE_AFTER_FREE)
            .expect(Outcome.THROWN)
            .source(run -> Carried.of(run.manager.allocate(SIZE)))
            .bad((_, c) -> useAfterResize(c.block(), true))
            .good((_, c) -> useAfterResize(c.block(), false)),
        Variant.of(Cwe.CWE416, "handle_returned_closed", USE_AFTER_FREE)
            .expect(Outcome.THROWN)
            .source(run -> Carried.of(run.manager.allocate(SIZE)))
            .bad((_, c) -> closed(c.block()).segment().fill((byte) 1))
            .good((_, c) -> filled(c.block()).close()),
        oldView("read", false),
        oldView("write", true),
        Variant.of(Cwe.CWE416, "view_write_after_the_slot_was_reused", USE_AFTER_FREE)
            .expect(Outcome.MISSED)
            .expect(SafetyMode.SAFE, Outcome.REPORTED)
            .expect(SafetyMode.PARANOID, Outcome.EXPLAINED)
            .source(run -> Carried.withView(run.manager.allocate(SIZE)))
            .bad((run, c) -> writeAfterReuse(run, c, true))
            .good((run, c) -> writeAfterReuse(run, c, false)),
        // Nobody else has a block of its batch, so that its views end with its rest.
        Variant.of(Cwe.CWE416, "view_write_after_the_quarantine", USE_AFTER_FREE)
            .expect(Outcome.MISSED)
            .expect(SafetyMode.SAFE, Outcome.REFUSED)
            .expect(SafetyMode.PARANOID, Outcome.EXPLAINED)
            .source(run -> Carried.withView(run.manager.allocate(1_500)))
            .bad(
                (run, c) -> {
                  c.block().close();
                  run.manager.purge();
                  c.view().set(JAVA_LONG, 0, 1);
                })
            .good(
                (run, c) -> {
                  run.manager.purge();
                  c.view().set(JAVA_LONG, 0, 1);
                  c.block().close();
                }),
        oldBuffer(),
        arenaView("confined_arena_view_write", true, true),
        arenaView("confined_arena_view_read", true, false),
        arenaView("shared_arena_view_write", false, true),
        arenaView("shared_arena_view_read", false, false),
        arenaAllocate());
  }

  private static Variant handle(String name, Use use) {
    return Variant.of(Cwe.CWE416, "handle_" + name, USE_AFTER_FREE)
        .expect(Outcome.THROWN)
        .source(run -> Carried.of(run.manager.allocate(SIZE)))
        .bad(
            (_, c) -> {
              c.block().close();
              use.of(c.block());
            })
        .good(
            (_, c) -> {
              use.of(c.block());
              c.block().close();
            });
  }

  private static void useAfterResize(Block block, boolean old) {
    try (Block resized = block.resize(5_000)) {
      (old ? block : resized).segment().fill((byte) 1);
    }
  }

  private static Block closed(Block block) {
    try (block) {
      return filled(block);
    }
  }

  private static Block filled(Block block) {
    block.segment().fill((byte) 1);
    return block;
  }

  private static Variant oldView(String name, boolean write) {
    Variant.Builder variant =
        Variant.of(Cwe.CWE416, "view_" + name, USE_AFTER_FREE)
            .expect(Outcome.MISSED)
            .expect(SafetyMode.PARANOID, Outcome.EXPLAINED);
    if (write) {
      variant.expect(SafetyMode.SAFE, Outcome.REPORTED);
    }
    return variant
        .source(run -> Carried.withView(run.manager.allocate(SIZE)))
        .bad(
            (_, c) -> {
              c.block().close();
              access(c.view(), write);
            })
        .good(
            (_, c) -> {
              access(c.view(), write);
              c.block().close();
            });
  }

  private static void access(MemorySegment view, boolean write) {
    if (write) {
      view.set(JAVA_LONG, 8, 1);
    } else {
      byte _ = view.get(JAVA_BYTE, 8);
    }
  }

  private static void writeAfterReuse(CaseRun run, Carried c, boolean old) {
    if (old) {
      c.block().close();
    }
    try (Block next = run.manager.allocate(SIZE)) {
      next.segment().fill((byte) 1);
      c.view().set(JAVA_LONG, 0, 2);
    }
    if (!old) {
      c.block().close();
    }
  }

  private static Variant oldBuffer() {
    return Variant.of(Cwe.CWE416, "byte_buffer_write", USE_AFTER_FREE)
        .expect(Outcome.MISSED)
        .expect(SafetyMode.SAFE, Outcome.REPORTED)
        .expect(SafetyMode.PARANOID, Outcome.EXPLAINED)
        .source(run -> Carried.of(run.manager.allocate(SIZE)))
        .bad(
            (_, c) -> {
              ByteBuffer buffer = c.block().asByteBuffer();
              c.block().close();
              buffer.put(0, (byte) 1);
            })
        .good(
            (_, c) -> {
              c.block().asByteBuffer().put(0, (byte) 1);
              c.block().close();
            });
  }

  private static Variant arenaView(String name, boolean confined, boolean write) {
    Variant.Builder variant =
        Variant.of(Cwe.CWE416, name, USE_AFTER_FREE)
            .expect(Outcome.REFUSED)
            .expect(SafetyMode.PARANOID, Outcome.EXPLAINED);
    if (confined) {
      variant.needs(Variant.Need.ONE_THREAD);
    }
    return variant
        .source(
            run -> {
              Arena arena =
                  confined ? run.manager.openConfinedArena() : run.manager.openSharedArena();
              return Carried.of(arena, arena.allocate(SIZE));
            })
        .bad(
            (_, c) -> {
              c.arena().close();
              access(c.view(), write);
            })
        .good(
            (_, c) -> {
              access(c.view(), write);
              c.arena().close();
            });
  }

  private static Variant arenaAllocate() {
    return Variant.of(Cwe.CWE416, "closed_arena_allocate", USE_AFTER_FREE)
        .expect(Outcome.REFUSED)
        .expect(SafetyMode.PARANOID, Outcome.EXPLAINED)
        .source(
            run -> {
              Arena arena = run.manager.openSharedArena();
              return Carried.of(arena, arena.allocate(SIZE));
            })
        .bad(
            (_, c) -> {
              c.arena().close();
              c.arena().allocate(8);
            })
        .good(
            (_, c) -> {
              c.arena().allocate(8);
              c.arena().close();
            });
  }
}
