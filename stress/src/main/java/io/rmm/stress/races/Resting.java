package io.rmm.stress.races;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the races for memory that rests after its free share: managers, and looks through views
 * whose block may be gone.
 *
 * <p>All bytes of a block are the same, so that a look which comes amid a change is known for what
 * it is: some bytes of before and some of after.
 */
final class Resting {

  /** As in mode SAFE: more than all states hold that jcstress has at a time. */
  static final long USUAL_BYTES = 8L << 20;

  /** What a look found: what the block's holder wrote. */
  static final int VALUE = 1;

  /** What a look found: the poison of freed memory, in some bytes at least. */
  static final int POISONED = 2;

  /** The JDK refused the look. */
  static final int REFUSED = 3;

  /** What a look found: anything else, such as the contents of another block. */
  static final int OTHERS = 4;

  /** A guard page refused the look. */
  static final int SEALED = 5;

  private static final byte OWN = 0x11;
  private static final byte NEXT = 0x77;

  /** As docs/quarantine.md has it. */
  private static final byte POISON = 0x5a;

  private Resting() {}

  /** Makes a manager in which up to {@code bytes} rest, and no block stands between guard pages. */
  static MemoryManager resting(long bytes) {
    return builder(SafetyMode.SAFE).quarantine(bytes).guardBudget(0).build();
  }

  /** Makes a manager in which every block stands between guard pages for which there is room. */
  static MemoryManager guarded() {
    return builder(SafetyMode.PARANOID).build();
  }

  private static MemoryManager.Builder builder(SafetyMode mode) {
    return MemoryManager.builder().name("resting").safetyMode(mode).discoverViews(false);
  }

  /** Returns a new block that is filled. */
  static Block filled(MemoryManager manager) {
    Block block = manager.allocate(Racing.SMALL);
    block.segment().fill(OWN);
    return block;
  }

  /** Closes {@code block}, and returns another that may have got its memory, otherwise filled. */
  static Block replaced(MemoryManager manager, Block block) {
    block.close();
    Block next = manager.allocate(Racing.SMALL);
    next.segment().fill(NEXT);
    return next;
  }

  /** Closes what {@link #replaced} returned; returns 1 if nobody has written to it. */
  static int closeIntact(Block next) {
    int intact = 1;
    for (byte found : next.segment().toArray(ValueLayout.JAVA_BYTE)) {
      intact = found == NEXT ? intact : 0;
    }
    next.close();
    return intact;
  }

  /** Looks at a filled block through {@code view}, which may be refused. */
  @SuppressWarnings("ThreadPriorityCheck") // for its call into the JVM
  static int look(MemorySegment view) {
    long found;
    try {
      found = view.get(ValueLayout.JAVA_LONG, Racing.SMALL - Long.BYTES);
      // Compiled code hears of a guard page when it next calls into the JVM.
      Thread.yield();
    } catch (IllegalStateException e) {
      return REFUSED;
    } catch (InternalError e) {
      return SEALED;
    }
    int seen = VALUE;
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      byte part = (byte) (found >>> shift);
      if (part == POISON) {
        seen = POISONED;
      } else if (part != OWN) {
        return OTHERS;
      }
    }
    return seen;
  }

  /** Writes through {@code view}; returns 1, or 0 if that is refused. */
  static int write(MemorySegment view) {
    try {
      view.set(ValueLayout.JAVA_LONG, Racing.SMALL - Long.BYTES, 0);
      return 1;
    } catch (IllegalStateException e) {
      return 0;
    }
  }
}
