package io.rmm.stress.races;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MisuseReport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what is reported of each block. */
final class Told implements MemoryListener {

  private final Map<Long, Integer> byBlock = new ConcurrentHashMap<>();

  private Told() {}

  /** Begins to count for {@code manager}. */
  static Told of(MemoryManager manager) {
    Told told = new Told();
    manager.addListener(told);
    return told;
  }

  @Override
  public void onMisuse(MisuseReport report) {
    byBlock.merge(report.blockId(), 1, Integer::sum);
  }

  /** Returns how many reports there were of the block {@code id}, and forgets them. */
  int take(long id) {
    Integer count = byBlock.remove(id);
    return count == null ? 0 : count;
  }
}
