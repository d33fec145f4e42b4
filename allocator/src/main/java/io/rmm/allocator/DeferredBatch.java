package io.rmm.allocator;

import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** Deferred arenas with one scope. Guarded by {@link DeferredBatches}; it knows no open arena. */
final class DeferredBatch {

  /** The scope of all segments of all arenas of the batch. */
  @SuppressWarnings("MustBeClosedChecker") // DeferredBatches closes it
  final Arena scope = Arena.ofShared();

  /** Arenas that have joined. */
  int joined;

  /** Arenas that are open. */
  int open;

  /** Whether no further arena may join. */
  boolean sealed;

  /** Whether a thread is about to close the scope. */
  boolean closing;

  /** Whether the scope was closed. */
  boolean scopeClosed;

  /** The number of the last pass that tried to close the scope. */
  long lastPass;

  /** The lists of blocks of the arenas that were closed. */
  @Nullable ArenaBlock waiting;

  /** The number of these blocks. */
  long waitingBlocks;

  /** Bytes of these blocks. */
  long waitingBytes;

  void add(ArenaBlock blocks) {
    for (ArenaBlock block = blocks; block != null; block = block.next) {
      waitingBlocks++;
      waitingBytes += block.page.slotBytes;
    }
    blocks.nextList = waiting;
    waiting = blocks;
  }

  boolean isDone() {
    return sealed && open == 0 && !closing;
  }
}
