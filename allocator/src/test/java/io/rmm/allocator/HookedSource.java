package io.rmm.allocator;

import io.rmm.allocator.source.Extent;
import io.rmm.allocator.source.PageSources;

/** The Linux page source, with something that happens before an extent is mapped. */
final class HookedSource extends ForwardingSource {

  /** Called in the hold that the extent is needed in, and under the pool's lock. */
  Runnable beforeMap = () -> {};

  HookedSource() {
    super(PageSources.named("linux"));
  }

  @Override
  public Extent map(long bytes, long alignment) {
    beforeMap.run();
    return super.map(bytes, alignment);
  }
}
