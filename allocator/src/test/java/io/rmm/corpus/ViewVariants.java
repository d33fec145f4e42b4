package io.rmm.corpus;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Accesses out of bounds through segments and buffers, all of which the JDK refuses. */
final class ViewVariants {

  private static final long SIZE = 64;

  private ViewVariants() {}

  /** One access through a view. */
  private interface Access {
    void to(MemorySegment view);
  }

  static List<Variant> all() {
    byte[] ones = new byte[80];
    return List.of(
        over(Cwe.CWE122, "byte_at_end", v -> v.set(JAVA_BYTE, SIZE, (byte) 1), ViewVariants::write),
        over(
            Cwe.CWE122,
            "long_across_end",
            v -> v.set(JAVA_LONG_UNALIGNED, SIZE - 4, 1),
            v -> v.set(JAVA_LONG_UNALIGNED, SIZE - 8, 1)),
        over(
            Cwe.CWE122,
            "far_behind",
            v -> v.set(JAVA_BYTE, 100_000, (byte) 1),
            ViewVariants::write),
        over(Cwe.CWE122, "loop_off_by_one", v -> loop(v, SIZE + 1), v -> loop(v, SIZE)),
        over(
            Cwe.CWE122,
            "copy_too_long",
            v -> MemorySegment.copy(ones, 0, v, JAVA_BYTE, 0, 80),
            v -> MemorySegment.copy(ones, 0, v, JAVA_BYTE, 0, 64)),
        over(
            Cwe.CWE122,
            "slice_too_long",
            v -> v.asSlice(0, SIZE + 1).fill((byte) 1),
            v -> v.asSlice(0, SIZE).fill((byte) 1)),
        over(
            Cwe.CWE122,
            "no_room_for_terminator",
            v -> v.setString(0, "x".repeat(64)),
            v -> v.setString(0, "x".repeat(63))),
        over(
            Cwe.CWE122,
            "index_of_bytes_for_ints",
            v -> v.setAtIndex(JAVA_INT, SIZE - 1, 1),
            v -> v.setAtIndex(JAVA_INT, SIZE / 4 - 1, 1)),
        buffer(Cwe.CWE122, "buffer_put_at_end", b -> b.put(64, (byte) 1), b -> b.put(63, (byte) 1)),
        buffer(Cwe.CWE122, "buffer_put_too_long", b -> b.put(ones), b -> b.put(ones, 0, 64)),
        ofArena(Cwe.CWE122, "arena_byte_at_end", v -> v.set(JAVA_BYTE, SIZE, (byte) 1)),
        under(Cwe.CWE124, "byte_before", v -> v.set(JAVA_BYTE, -1, (byte) 1), ViewVariants::write),
        under(Cwe.CWE124, "loop_below_zero", v -> down(v, -1), v -> down(v, 0)),
        under(
            Cwe.CWE124,
            "copy_to_before",
            v -> MemorySegment.copy(ones, 0, v, JAVA_BYTE, -8, 16),
            v -> MemorySegment.copy(ones, 0, v, JAVA_BYTE, 8, 16)),
        under(
            Cwe.CWE124,
            "slice_from_before",
            v -> v.asSlice(-8, 16).fill((byte) 1),
            v -> v.asSlice(8, 16).fill((byte) 1)),
        buffer(Cwe.CWE124, "buffer_put_before", b -> b.put(-1, (byte) 1), b -> b.put(0, (byte) 1)),
        over(Cwe.CWE126, "byte_at_end", v -> v.get(JAVA_BYTE, SIZE), v -> v.get(JAVA_BYTE, 63)),
        over(
            Cwe.CWE126,
            "long_across_end",
            v -> v.get(JAVA_LONG_UNALIGNED, SIZE - 4),
            v -> v.get(JAVA_LONG_UNALIGNED, SIZE - 8)),
        over(
            Cwe.CWE126,
            "copy_too_long",
            v -> MemorySegment.copy(v, JAVA_BYTE, 0, new byte[80], 0, 80),
            v -> MemorySegment.copy(v, JAVA_BYTE, 0, new byte[80], 0, 64)),
        over(
            Cwe.CWE126,
            "slice_too_long",
            v -> v.asSlice(60, 8).toArray(JAVA_BYTE),
            v -> v.asSlice(56, 8).toArray(JAVA_BYTE)),
        refused(
            Cwe.CWE126,
            "no_terminator",
            Outcome.REFUSED,
            v -> v.fill((byte) 'x').getString(0, StandardCharsets.US_ASCII),
            v -> v.fill((byte) 0).getString(0, StandardCharsets.US_ASCII),
            MisuseKind.OVERRUN),
        buffer(Cwe.CWE126, "buffer_get_at_end", b -> b.get(64), b -> b.get(63)),
        buffer(
            Cwe.CWE126, "buffer_get_too_long", b -> b.get(new byte[65]), b -> b.get(new byte[64])),
        ofArena(Cwe.CWE126, "arena_byte_at_end", v -> v.get(JAVA_BYTE, SIZE)),
        under(Cwe.CWE127, "byte_before", v -> v.get(JAVA_BYTE, -1), v -> v.get(JAVA_BYTE, 0)),
        under(
            Cwe.CWE127,
            "far_before",
            v -> v.get(JAVA_LONG_UNALIGNED, -4096),
            v -> v.get(JAVA_LONG_UNALIGNED, 0)),
        under(
            Cwe.CWE127,
            "copy_from_before",
            v -> MemorySegment.copy(v, JAVA_BYTE, -8, new byte[16], 0, 16),
            v -> MemorySegment.copy(v, JAVA_BYTE, 8, new byte[16], 0, 16)),
        under(
            Cwe.CWE127,
            "slice_from_before",
            v -> v.asSlice(-1, 8).toArray(JAVA_BYTE),
            v -> v.asSlice(0, 8).toArray(JAVA_BYTE)),
        buffer(Cwe.CWE127, "buffer_get_before", b -> b.get(-1), b -> b.get(0)));
  }

  private static void write(MemorySegment view) {
    view.set(JAVA_BYTE, SIZE - 1, (byte) 1);
  }

  private static void loop(MemorySegment view, long end) {
    for (long i = 0; i < end; i++) {
      view.set(JAVA_BYTE, i, (byte) i);
    }
  }

  private static void down(MemorySegment view, long end) {
    for (long i = view.byteSize() - 1; i >= end; i--) {
      view.set(JAVA_BYTE, i, (byte) i);
    }
  }

  private static Variant over(Cwe cwe, String name, Access bad, Access good) {
    return refused(cwe, name, Outcome.EXPLAINED, bad, good, MisuseKind.OVERRUN);
  }

  private static Variant under(Cwe cwe, String name, Access bad, Access good) {
    return refused(cwe, name, Outcome.EXPLAINED, bad, good, MisuseKind.UNDERRUN);
  }

  private static Variant refused(
      Cwe cwe, String name, Outcome outcome, Access bad, Access good, MisuseKind kind) {
    return Variant.of(cwe, "view_" + name, kind)
        .expect(outcome)
        .source(run -> Carried.withView(run.manager.allocate(SIZE)))
        .bad((_, c) -> bad.to(c.view()))
        .good(
            (_, c) -> {
              good.to(c.view());
              c.block().close();
            });
  }

  /**
   * One access through a byte buffer, whose exceptions name no address: they are explained by
   * likeness, if the block is observed and the two stacks have something in common.
   */
  private interface BufferAccess {
    void to(ByteBuffer buffer);
  }

  private static Variant buffer(Cwe cwe, String name, BufferAccess bad, BufferAccess good) {
    return Variant.of(cwe, name, MisuseKind.OVERRUN, MisuseKind.UNDERRUN)
        .expect(Outcome.REFUSED)
        .expect(SafetyMode.PARANOID, Outcome.EXPLAINED)
        .expectAcrossThreads(SafetyMode.PARANOID, Outcome.REFUSED)
        .source(run -> Carried.of(run.manager.allocate(SIZE)))
        .bad((_, c) -> bad.to(c.block().asByteBuffer()))
        .good(
            (_, c) -> {
              good.to(c.block().asByteBuffer());
              c.block().close();
            });
  }

  private static Variant ofArena(Cwe cwe, String name, Access bad) {
    return Variant.of(cwe, name, MisuseKind.OVERRUN)
        .expect(Outcome.EXPLAINED)
        .source(
            run -> {
              Arena arena = run.manager.openSharedArena();
              return Carried.of(arena, arena.allocate(SIZE));
            })
        .bad((_, c) -> bad.to(c.view()))
        .good(
            (_, c) -> {
              c.view().set(JAVA_BYTE, SIZE - 1, (byte) 1);
              c.arena().close();
            });
  }
}
