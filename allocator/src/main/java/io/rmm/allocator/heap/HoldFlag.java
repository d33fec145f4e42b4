package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a heap writes at its operations: the flag that says whether it is in one, and
 * besides a count. And the space that keeps them apart from the fields of the subclasses: the owner
 * writes the flag four times for every block, and threads that free the owner's blocks from afar
 * read the other fields. On one cache line, each of their frees and each of its operations would
 * wait for the other's: where two threads free each other's blocks, that is half as long again
 * (docs/decisions/0006-sole-freers.md).
 */
abstract class HoldFlag extends HoldFlagFields {

  // Two cache lines, since processors fetch them in pairs. The JVM keeps the fields of a superclass
  // before those of its subclasses, but for holes, which it fills with the latter; ints leave none.
  @SuppressWarnings("unused")
  private int p00,
      p01,
      p02,
      p03,
      p04,
      p05,
      p06,
      p07,
      p08,
      p09,
      p10,
      p11,
      p12,
      p13,
      p14,
      p15,
      p16,
      p17,
      p18,
      p19,
      p20,
      p21,
      p22,
      p23,
      p24,
      p25,
      p26,
      p27,
      p28,
      p29,
      p30,
      p31;
}

/** See {@link HoldFlag}. */
abstract class HoldFlagFields {

  static final VarHandle BUSY;
  static final VarHandle REMOTE_FREES;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BUSY = lookup.findVarHandle(HoldFlagFields.class, "busy", int.class);
      REMOTE_FREES = lookup.findVarHandle(HoldFlagFields.class, "remoteFrees", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * 0 while nobody holds the heap; else 1, or, for a stripe, the mark of its holder, with a bit of
   * suspicion at times. Read and written by {@link Hold}.
   */
  @SuppressWarnings("unused") // by BUSY
  private int busy;

  /** Frees of slots in other heaps, by whoever held this one. */
  long remoteFrees;

  /** Who held the stripe last; written in the hold. Stays until the next one comes. */
  @Nullable Thread holder;
}
