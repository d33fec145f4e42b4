package io.rmm.jfr;

import io.rmm.allocator.FreeCause;
import io.rmm.allocator.MemoryListener;

/**
 * Commits the two events of every block. One listener for both, because the source calls each
 * tracing listener twice a block.
 *
 * <p>This is the busiest code of all views. Whatever can turn a block away comes before the event
 * object; nothing else is allocated. Most of what remains is Flight Recorder's own: the clock, and
 * the copy of the strings. Those of up to 16 characters are copied, longer ones looked up in a map.
 */
final class TraceListener implements MemoryListener {

  private final String manager;

  TraceListener(String manager) {
    this.manager = manager;
  }

  @Override
  public boolean isTracing() {
    return new AllocationEvent().isEnabled() || new FreeEvent().isEnabled();
  }

  @Override
  public void onAllocation(long blockId, String budget, long requestedBytes, long blockBytes) {
    if (!TraceFilter.IN_FORCE.accepts(blockId, budget, blockBytes)) {
      return;
    }
    AllocationEvent event = new AllocationEvent();
    if (event.isEnabled()) {
      event.manager = manager;
      event.budget = budget;
      event.allocationId = blockId;
      event.requestedSize = requestedBytes;
      event.blockSize = blockBytes;
      event.commit();
    }
  }

  @Override
  public void onFree(
      long blockId, String budget, long blockBytes, boolean byOwner, FreeCause cause) {
    if (!TraceFilter.IN_FORCE.accepts(blockId, budget, blockBytes)) {
      return;
    }
    FreeEvent event = new FreeEvent();
    if (event.isEnabled()) {
      event.manager = manager;
      event.budget = budget;
      event.allocationId = blockId;
      event.blockSize = blockBytes;
      event.freedByOwner = byOwner;
      event.cause = text(cause);
      event.commit();
    }
  }

  private static String text(FreeCause cause) {
    return switch (cause) {
      case CLOSE -> "close";
      case ARENA -> "arena";
      case ADDRESS -> "address";
    };
  }
}
