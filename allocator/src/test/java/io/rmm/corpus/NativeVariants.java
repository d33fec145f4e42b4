package io.rmm.corpus;

import static io.rmm.allocator.SafetyMode.FAST;

import io.rmm.allocator.Block;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * What the C library does beside blocks and with dead ones. Writes of one byte are of a zero, as
 * the end of a string is: a byte by chance goes unnoticed once in 256 times.
 */
final class NativeVariants {

  private static final long SIZE = 64;

  private NativeVariants() {}

  static List<Variant> all() {
    return List.of(
        overrun("memset_a_byte", SIZE, 0, 1),
        overrun("memset_8_bytes", SIZE, 0, 8),
        overrun("memset_odd_size", 61, 0, 3),
        overrun("memset_page_size", 4_096, 0, 8),
        overrun("memset_large_block", 100_000, 0, 8),
        overrun("memset_tiny_block", 1, 0, 4),
        overrun("memset_without_a_gap", SIZE, 0, 16),
        copyTooLong("memcpy_too_long", 8),
        copyTooLong("memcpy_terminator", 1),
        ofDetached(),
        ofShared(),
        ofResized(),
        ofArenasRegion(),
        betweenSegmentsOfAnArena(),
        overTheCanary(),
        underrun("memset_8_bytes_before", 8),
        underrun("memset_16_bytes_before", 16),
        underrunInAPageThatEmpties(),
        overread("memcpy_from_end", SIZE, MisuseKind.OVERRUN),
        // So far that it may come nearer to another block, and be taken for an underrun of that.
        overread("memcpy_from_far_behind", 4_096, MisuseKind.OVERRUN, MisuseKind.UNDERRUN),
        underread("memcpy_from_before", -8),
        useAfterFree("memset_after_free", true),
        useAfterFree("memcpy_after_free", false));
  }

  private static Variant.Builder overrun(String name) {
    return Variant.of(Cwe.CWE122, "native_" + name, MisuseKind.OVERRUN)
        .expect(Outcome.REPORTED)
        .expect(FAST, Outcome.MISSED)
        .needs(Variant.Need.CHILD);
  }

  private static Variant overrun(String name, long size, int value, long bytes) {
    return overrun(name)
        .source(run -> Carried.of(run.manager.allocate(size)))
        .bad(
            (_, c) -> {
              CLibrary.memset(c.block().address() + size, value, bytes);
              c.block().close();
            })
        .good(
            (_, c) -> {
              CLibrary.memset(c.block().address(), value, size);
              c.block().close();
            });
  }

  private static Variant copyTooLong(String name, long bytes) {
    return overrun(name)
        .source(run -> Carried.of(run.manager.allocate(SIZE)))
        .bad((run, c) -> copyInto(run, c.block(), SIZE + bytes))
        .good((run, c) -> copyInto(run, c.block(), SIZE));
  }

  private static void copyInto(CaseRun run, Block to, long bytes) throws Throwable {
    try (Block from = run.manager.allocate(200)) {
      from.segment().fill((byte) 0);
      CLibrary.memcpy(to.address(), from.address(), bytes);
    }
    to.close();
  }

  private static Variant ofDetached() {
    return overrun("memset_detached_block")
        .source(run -> Carried.of(run.manager.allocate(SIZE).detach()))
        .bad(
            (run, c) -> {
              CLibrary.memset(c.address() + SIZE, 0, 4);
              run.manager.free(c.address());
            })
        .good(
            (run, c) -> {
              CLibrary.memset(c.address(), 0, SIZE);
              run.manager.free(c.address());
            });
  }

  private static Variant ofShared() {
    return overrun("memset_shared_block")
        .source(run -> Carried.of(run.manager.allocate(SIZE)))
        .bad((_, c) -> shareAndWrite(c.block(), SIZE + 4))
        .good((_, c) -> shareAndWrite(c.block(), SIZE));
  }

  private static void shareAndWrite(Block block, long bytes) throws Throwable {
    try (Block further = block.share()) {
      CLibrary.memset(further.address(), 0, bytes);
    }
    block.close();
  }

  private static Variant ofResized() {
    return overrun("memset_old_size_after_resize")
        .source(run -> Carried.of(run.manager.allocate(1_000)))
        .bad((_, c) -> shrinkAndWrite(c.block(), SIZE + 8))
        .good((_, c) -> shrinkAndWrite(c.block(), SIZE));
  }

  private static void shrinkAndWrite(Block block, long bytes) throws Throwable {
    try (Block smaller = block.resize(SIZE)) {
      CLibrary.memset(smaller.address(), 0, bytes);
    }
  }

  private static Variant ofArenasRegion() {
    // The first region of an arena has 512 bytes.
    return overrun("memset_behind_an_arenas_region")
        .needs(Variant.Need.CHILD, Variant.Need.SWEEP)
        .source(NativeVariants::arena)
        .bad(
            (_, c) -> {
              CLibrary.memset(c.view().address() + 512, 0, 16);
              c.arena().close();
            })
        .good(
            (_, c) -> {
              CLibrary.memset(c.view().address(), 0, 100);
              c.arena().close();
            });
  }

  private static Carried arena(CaseRun run) {
    Arena arena = run.manager.openSharedArena();
    return Carried.of(arena, arena.allocate(100));
  }

  private static Variant betweenSegmentsOfAnArena() {
    return overrun("memset_into_the_next_segment_of_an_arena")
        .expect(Outcome.MISSED)
        .source(
            run -> {
              Arena arena = run.manager.openSharedArena();
              Carried first = Carried.of(arena, arena.allocate(SIZE));
              arena.allocate(SIZE);
              return first;
            })
        .bad(
            (_, c) -> {
              CLibrary.memset(c.view().address() + SIZE, 0, 8);
              c.arena().close();
            })
        .good(
            (_, c) -> {
              CLibrary.memset(c.view().address(), 0, SIZE);
              c.arena().close();
            });
  }

  /** Jumps over what stands right behind the block, into memory that nobody has. */
  private static Variant overTheCanary() {
    return overrun("memset_beyond_the_canary")
        .expect(Outcome.MISSED)
        .source(run -> Carried.of(run.manager.allocate(SIZE)))
        .bad(
            (_, c) -> {
              CLibrary.memset(c.block().address() + 100, 0, 4);
              c.block().close();
            })
        .good(
            (_, c) -> {
              CLibrary.memset(c.block().address() + SIZE - 4, 0, 4);
              c.block().close();
            });
  }

  private static Variant underrun(String name, long bytes) {
    return Variant.of(Cwe.CWE124, "native_" + name, MisuseKind.UNDERRUN, MisuseKind.OVERRUN)
        .expect(Outcome.REPORTED)
        .expect(FAST, Outcome.MISSED)
        .needs(Variant.Need.CHILD, Variant.Need.SWEEP)
        .source(
            run -> {
              Block _ = run.allocateNeighbour(200);
              return Carried.of(run.manager.allocate(200));
            })
        .bad(
            (_, c) -> {
              CLibrary.memset(c.block().address() - bytes, 0, bytes);
              c.block().close();
            })
        .good(
            (_, c) -> {
              CLibrary.memset(c.block().address(), 0, bytes);
              c.block().close();
            });
  }

  /** The page goes before the sweep comes by, and is looked at before it does. */
  private static Variant underrunInAPageThatEmpties() {
    return Variant.of(
            Cwe.CWE124,
            "native_memset_before_and_free_all",
            MisuseKind.UNDERRUN,
            MisuseKind.OVERRUN)
        .expect(Outcome.REPORTED)
        .expect(FAST, Outcome.MISSED)
        .needs(Variant.Need.CHILD, Variant.Need.ONE_THREAD)
        .source(run -> Carried.of(run.manager.allocate(300)))
        .bad((run, c) -> writeBetweenAndFree(run, c.block(), -8))
        .good((run, c) -> writeBetweenAndFree(run, c.block(), 0));
  }

  private static void writeBetweenAndFree(CaseRun run, Block first, long offset) throws Throwable {
    try (Block second = run.manager.allocate(300)) {
      CLibrary.memset(second.address() + offset, 0, 8);
    }
    first.close();
    run.manager.purge();
  }

  private static Variant overread(String name, long offset, MisuseKind... kinds) {
    return read(Cwe.CWE126, name, offset, kinds);
  }

  private static Variant underread(String name, long offset) {
    return read(Cwe.CWE127, name, offset, MisuseKind.UNDERRUN);
  }

  private static Variant read(Cwe cwe, String name, long offset, MisuseKind... kinds) {
    return Variant.of(cwe, "native_" + name, kinds)
        .expect(Outcome.MISSED)
        .needs(Variant.Need.CHILD)
        .source(run -> Carried.of(run.manager.allocate(SIZE)))
        .bad((run, c) -> readFrom(run, c.block(), offset))
        .good((run, c) -> readFrom(run, c.block(), SIZE - 8));
  }

  private static void readFrom(CaseRun run, Block block, long offset) throws Throwable {
    try (Block to = run.manager.allocate(8)) {
      CLibrary.memcpy(to.address(), block.address() + offset, 8);
    }
    block.close();
  }

  private static Variant useAfterFree(String name, boolean write) {
    Variant.Builder variant =
        Variant.of(Cwe.CWE416, "native_" + name, MisuseKind.USE_AFTER_FREE)
            .expect(Outcome.MISSED)
            .needs(Variant.Need.CHILD);
    if (write) {
      variant.expect(SafetyMode.SAFE, Outcome.REPORTED);
      variant.expect(SafetyMode.PARANOID, Outcome.REPORTED);
    }
    return variant
        .source(run -> Carried.of(run.manager.allocate(SIZE)))
        .bad(
            (run, c) -> {
              long address = c.block().address();
              c.block().close();
              use(run, address, write);
            })
        .good(
            (run, c) -> {
              use(run, c.block().address(), write);
              c.block().close();
            });
  }

  private static void use(CaseRun run, long address, boolean write) throws Throwable {
    if (write) {
      CLibrary.memset(address, 0, SIZE);
      return;
    }
    try (Block to = run.manager.allocate(SIZE)) {
      CLibrary.memcpy(to.address(), address, SIZE);
    }
  }
}
