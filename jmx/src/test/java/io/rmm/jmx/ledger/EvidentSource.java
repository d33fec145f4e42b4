package io.rmm.jmx.ledger;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.SiteProfile;
import io.rmm.jmx.NativeEvidence;
import java.util.List;

/** A source that has nothing of its own, and by itself knows nothing of others' memory. */
abstract class EvidentSource implements MemorySource, NativeEvidence {

  @Override
  public void tellBlocks(long leastBytes, int most, Blocks to) {}

  @Override
  public long bytesFreeInMalloc() {
    return UNKNOWN;
  }

  @Override
  public String name() {
    return "jvm";
  }

  @Override
  public MemorySnapshot snapshot() {
    return MemorySnapshot.builder().build();
  }

  @Override
  public SiteProfile profile() {
    return SiteProfile.of(List.of(), false, 1);
  }

  @Override
  public void addListener(MemoryListener listener) {}

  @Override
  public void removeListener(MemoryListener listener) {}
}
