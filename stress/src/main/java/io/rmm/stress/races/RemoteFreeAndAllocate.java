package io.rmm.stress.races;

import io.rmm.allocator.Block;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * One thread allocates while the other frees a block of the same class: no slot is given twice.
 *
 * <p>States are made by the two threads in turn, so that the block which is freed stands in a page
 * of the thread that allocates, or in one of the thread that frees.
 */
abstract class RemoteFreeAndAllocate {

  private static final long GIVEN = 1;

  private final long byteSize;
  private final Block given;
  private @Nullable Block one;
  private @Nullable Block other;

  RemoteFreeAndAllocate(long byteSize) {
    this.byteSize = byteSize;
    this.given = Racing.MANAGER.allocate(byteSize);
    given.segment().set(ValueLayout.JAVA_LONG, 0, GIVEN);
  }

  final void allocateTwo() {
    one = allocate();
    other = allocate();
  }

  private Block allocate() {
    Block block = Racing.MANAGER.allocate(byteSize);
    block.segment().set(ValueLayout.JAVA_LONG, 0, block.id());
    return block;
  }

  /** Frees the block of the state; returns 1 if nobody else has written to it before. */
  final int freeGiven() {
    long found = given.segment().get(ValueLayout.JAVA_LONG, 0);
    given.close();
    return found == GIVEN ? 1 : 0;
  }

  /** Frees the two blocks; returns 1 if they are two, and nobody else has written to them. */
  final int freeTwo() {
    return one != null && other != null && free(one) && free(other) ? 1 : 0;
  }

  private static boolean free(Block block) {
    long found = block.segment().get(ValueLayout.JAVA_LONG, 0);
    block.close();
    return found == block.id();
  }
}
