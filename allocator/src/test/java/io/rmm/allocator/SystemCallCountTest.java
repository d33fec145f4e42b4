package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

/** Managers share address space, but each counts its own calls to the operating system. */
class SystemCallCountTest {

  private static MemoryManager manager(String source) {
    return MemoryManager.builder().pageSource(source).discoverViews(false).build();
  }

  @OnBothSources
  void aManagerCountsItsOwnCalls(String source) {
    try (MemoryManager quiet = manager(source);
        MemoryManager busy = manager(source)) {
      busy.allocate(5 << 20).close();
      long mapped = busy.snapshot().systemCalls();
      assertThat(mapped).isPositive();
      busy.purge();
      assertThat(busy.snapshot().systemCalls()).isGreaterThan(mapped);
      assertThat(quiet.snapshot().systemCalls()).isZero();
    }
  }
}
