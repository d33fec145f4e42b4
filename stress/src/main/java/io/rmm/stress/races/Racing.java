package io.rmm.stress.races;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;
import java.util.List;

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

  /** Closes {@code block}; returns 1, or 0 if somebody else had closed it before. */
  static int close(Block block) {
    return succeeds(block::close, MisuseKind.DOUBLE_FREE);
  }

  /**
   * Frees the block at {@code address}; returns 1, or 0 if somebody else had freed it before. If
   * that was long before, as it is when one thread runs ahead through many states, the page may
   * have gone back since, and the address be none of a block.
   */
  static int free(long address) {
    return free(MANAGER, address);
  }

  /** Frees the block of {@code manager} at {@code address}, as {@link #free(long)} does. */
  static int free(MemoryManager manager, long address) {
    return succeeds(() -> manager.free(address), MisuseKind.DOUBLE_FREE, MisuseKind.INVALID_FREE);
  }

  /** Returns 1 if {@code act} succeeds, and 0 if it is refused as one of these misuses. */
  static int succeeds(Runnable act, MisuseKind... refusals) {
    try {
      act.run();
      return 1;
    } catch (MemoryMisuseException e) {
      if (!List.of(refusals).contains(e.report().kind())) {
        throw e;
      }
      return 0;
    }
  }
}
