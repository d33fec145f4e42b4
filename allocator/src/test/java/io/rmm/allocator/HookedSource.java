package io.rmm.allocator;

import io.rmm.allocator.source.Extent;
import io.rmm.allocator.source.PageSource;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The Linux page source, with something that happens before an extent is mapped. */
final class HookedSource implements PageSource {

  private final PageSource real = PageSources.named("linux");

  /** Called in the hold that the extent is needed in, and under the pool's lock. */
  Runnable beforeMap = () -> {};

  @Override
  public String name() {
    return real.name();
  }

  @Override
  public boolean isLazy() {
    return real.isLazy();
  }

  @Override
  public boolean canChangeScope() {
    return real.canChangeScope();
  }

  @Override
  public MemorySegment inScope(MemorySegment segment, Arena arena) {
    return real.inScope(segment, arena);
  }

  @Override
  public Extent map(long bytes, long alignment) {
    beforeMap.run();
    return real.map(bytes, alignment);
  }
}
