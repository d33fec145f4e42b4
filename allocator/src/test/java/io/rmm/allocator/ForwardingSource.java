package io.rmm.allocator;

import io.rmm.allocator.source.Extent;
import io.rmm.allocator.source.PageSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A page source that does what another does, but for what a subclass makes of it. */
class ForwardingSource implements PageSource {

  final PageSource real;

  ForwardingSource(PageSource real) {
    this.real = real;
  }

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
    return real.map(bytes, alignment);
  }
}
