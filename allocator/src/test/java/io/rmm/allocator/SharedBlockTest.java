package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several handles to one block: each is closed once, and the memory goes with the last. */
class SharedBlockTest {

  private final Reports reports = new Reports();
  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager =
        MemoryManager.builder().pageSource("linux").discoverViews(false).listener(reports).build();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @CsvSource({"0,1,2", "0,2,1", "1,0,2", "1,2,0", "2,0,1", "2,1,0"})
  void theMemoryGoesWithTheLastHandleInAnyOrder(int first, int second, int third) {
    Block original = manager.allocate(100);
    Block share = original.share();
    List<Block> handles = List.of(original, share, share.share());
    original.segment().set(ValueLayout.JAVA_LONG, 0, 42);

    handles.get(first).close();
    assertThat(handles.get(first).isAlive()).isFalse();
    handles.get(second).close();
    assertThat(manager.snapshot().liveBlocks()).isEqualTo(1);
    Block last = handles.get(third);
    assertThat(last.isAlive()).isTrue();
    assertThat(last.id()).isEqualTo(original.id());
    assertThat(last.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    for (int closed : List.of(first, second)) {
      Block handle = handles.get(closed);
      assertMisuse(MisuseKind.USE_AFTER_FREE, handle::segment);
      assertMisuse(MisuseKind.USE_AFTER_FREE, handle::share);
      assertMisuse(MisuseKind.DOUBLE_FREE, handle::close);
    }
    assertThat(last.isAlive()).isTrue();

    last.close();
    assertThat(manager.snapshot().liveBlocks()).isZero();
    for (Block handle : handles) {
      assertMisuse(MisuseKind.DOUBLE_FREE, handle::close);
    }
    Invariants.check(manager.snapshot());
  }

  @Test
  void aSharedBlockCannotBeResizedOrDetached() {
    try (Block original = manager.allocate(100);
        Block share = original.share()) {
      for (Block handle : List.of(original, share)) {
        MemorySnapshot before = manager.snapshot();
        assertThatThrownBy(() -> handle.resize(200))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("shared");
        assertThatThrownBy(handle::detach)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("shared");
        Invariants.checkUnchanged(before, manager.snapshot());
        assertThat(handle.isAlive()).isTrue();
      }
      assertThat(reports.misuses).isEmpty();
    }
  }

  private void assertMisuse(MisuseKind kind, ThrowingCallable act) {
    long before = manager.snapshot().misuses();
    MisuseReport report = catchThrowableOfType(MemoryMisuseException.class, act).report();
    assertThat(report.kind()).isEqualTo(kind);
    assertThat(reports.onlyMisuse()).isSameAs(report);
    assertThat(manager.snapshot().misuses()).isEqualTo(before + 1);
  }

  @Test
  void aClosedHandleOfASharedBlockCannotBeDetached() {
    try (Block original = manager.allocate(100)) {
      Block share = original.share();
      share.close();
      assertMisuse(MisuseKind.USE_AFTER_FREE, share::detach);
      assertThat(original.isAlive()).isTrue();
    }
  }

  @Test
  void sharesMayBeMadeAndClosedByManyThreads() throws Exception {
    for (int round = 0; round < 200; round++) {
      Block original = manager.allocate(64);
      original.segment().set(ValueLayout.JAVA_LONG, 0, round);
      long expected = round;
      Threads.together(
          Thread.ofVirtual().factory(),
          8,
          _ -> {
            for (int i = 0; i < 10; i++) {
              try (Block share = original.share();
                  Block further = share.share()) {
                assertThat(further.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(expected);
              }
            }
          });
      assertThat(original.isAlive()).isTrue();
      original.close();
    }
    assertThat(manager.snapshot().liveBlocks()).isZero();
    assertThat(reports.misuses).isEmpty();
    Invariants.check(manager.snapshot());
  }

  @Test
  void sharingAndClosingMayRace() throws Exception {
    for (int round = 0; round < 500; round++) {
      Block original = manager.allocate(64);
      AtomicInteger shared = new AtomicInteger();
      AtomicInteger refused = new AtomicInteger();
      Threads.together(
          Thread.ofVirtual().factory(),
          4,
          number -> {
            if (number == 0) {
              original.close();
              return;
            }
            try (Block share = original.share()) {
              share.segment().set(ValueLayout.JAVA_LONG, 0, number);
              shared.incrementAndGet();
            } catch (MemoryMisuseException e) {
              assertThat(e.report().kind()).isEqualTo(MisuseKind.USE_AFTER_FREE);
              refused.incrementAndGet();
            }
          });
      assertThat(shared.get() + refused.get()).isEqualTo(3);
      assertThat(original.isAlive()).isFalse();
      assertThat(manager.snapshot().liveBlocks()).isZero();
    }
    manager.purge();
    assertThat(manager.snapshot().committedBytes()).isZero();
  }
}
