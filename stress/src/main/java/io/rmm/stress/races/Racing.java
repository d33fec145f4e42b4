package io.rmm.stress.races;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;

/** What the races share: a manager of the process, and acts that tell whether they succeeded. */
final class Racing {

  /** Looks at nothing but what is being raced, as its views and samples would take most time. */
  static final MemoryManager MANAGER =
      MemoryManager.builder()
          .name("races")
          .safetyMode(SafetyMode.FAST)
          .discoverViews(false)
          .build();

  /** Bytes of a block of which many share a page. */
  static final long SMALL = 64;

  /** Bytes of a block that has a page of its own, which is therefore full or empty. */
  static final long LARGE = 100_000;

  private Racing() {}

  /**
   * Closes {@code block}; returns 1 if that freed it, and 0 if it was found to be a double free.
   */
  static int close(Block block) {
    return succeeds(block::close, MisuseKind.DOUBLE_FREE);
  }

  /** Frees the block at {@code address}; returns 1, or 0 if it was found to be a double free. */
  static int free(long address) {
    return succeeds(() -> MANAGER.free(address), MisuseKind.DOUBLE_FREE);
  }

  /** Returns 1 if {@code act} succeeds, and 0 if it is refused as {@code kind} of misuse. */
  static int succeeds(Runnable act, MisuseKind kind) {
    try {
      act.run();
      return 1;
    } catch (MemoryMisuseException e) {
      if (e.report().kind() != kind) {
        throw e;
      }
      return 0;
    }
  }
}
