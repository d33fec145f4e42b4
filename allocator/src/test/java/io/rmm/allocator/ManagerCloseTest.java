package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The end of a manager, at rest and amid the traffic, and what is refused afterwards. */
class ManagerCloseTest {

  private static MemoryManager manager(String source, MemoryListener... listeners) {
    MemoryManager.Builder builder =
        MemoryManager.builder().name("ending").pageSource(source).discoverViews(false);
    List.of(listeners).forEach(builder::listener);
    return builder.build();
  }

  @OnBothSources
  void everythingIsRefusedAfterwards(String source) {
    MemoryManager manager = manager(source);
    Budget budget = manager.rootBudget().child("b", BudgetLimits.hard(1 << 20));
    Block live = manager.allocate(100);
    Block shared = manager.allocate(100);
    Block share = shared.share();
    long address = manager.allocate(100).detach();
    Block closed = manager.allocate(100);
    closed.close();
    long wild = live.address() + 5;
    manager.close();
    List<ThrowingCallable> acts =
        List.of(
            manager::close,
            () -> manager.allocate(1),
            () -> manager.allocate(5 << 20),
            () -> budget.allocate(1),
            () -> budget.allocate(2 << 20),
            () -> budget.child("c", BudgetLimits.unlimited()),
            manager::openConfinedArena,
            manager::openSharedArena,
            () -> manager.free(address),
            () -> manager.free(wild),
            live::close,
            live::segment,
            live::address,
            live::share,
            live::detach,
            () -> live.resize(10),
            shared::close,
            share::close,
            share::segment);
    for (int i = 0; i < acts.size(); i++) {
      assertThatThrownBy(acts.get(i))
          .as("act %d", i)
          .isInstanceOf(IllegalStateException.class)
          .isNotInstanceOf(MemoryMisuseException.class)
          .hasMessageContaining("ending")
          .hasMessageContaining("closed");
    }
    assertThatThrownBy(closed::close).isInstanceOf(MemoryMisuseException.class);
    assertThat(live.isAlive()).isFalse();
    manager.purge();
    manager.rootBudget().setLimits(BudgetLimits.hard(1000));
    MemorySnapshot after = manager.snapshot();
    assertThat(after.committedBytes()).isEqualTo(after.usedBytes());
  }

  @OnBothSources
  void aStaleViewIsRefusedAndTheProcessLives(String source) {
    MemoryManager manager = manager(source);
    MemorySegment small = manager.allocate(100).segment().fill((byte) 1);
    MemorySegment large = manager.allocate(1 << 20).segment().fill((byte) 1);
    MemorySegment huge = manager.allocate(5 << 20).segment().fill((byte) 1);
    manager.close();
    Class<? extends Throwable> expected =
        source.equals("linux") ? InternalError.class : IllegalStateException.class;
    for (MemorySegment stale : List.of(small, large, huge)) {
      assertThatThrownBy(() -> stale.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(expected);
      assertThatThrownBy(() -> stale.set(ValueLayout.JAVA_LONG, 8, 1)).isInstanceOf(expected);
      assertThatThrownBy(() -> stale.fill((byte) 2)).isInstanceOf(expected);
      assertThatThrownBy(() -> stale.toArray(ValueLayout.JAVA_BYTE)).isInstanceOf(expected);
    }
  }

  @OnBothSources
  void whatIsLiveAtTheEndIsReportedAsALeak(String source) {
    Reports reports = new Reports();
    MemoryManager manager = manager(source, reports);
    manager.allocate(1_000);
    manager.allocate(1_000).close();
    Arena arena = manager.openSharedArena();
    arena.allocate(500);
    manager.close();
    // Sampling may have chosen one of the blocks, which is then reported by its site as well.
    assertThat(reports.misuses)
        .filteredOn(report -> !report.allocationSite().isKnown())
        .extracting(MisuseReport::kind)
        .containsExactlyInAnyOrder(MisuseKind.LEAK, MisuseKind.ARENA_NOT_CLOSED);
    assertThat(reports.misuses)
        .anySatisfy(report -> assertThat(report.detail()).contains("2 blocks"))
        .anySatisfy(report -> assertThat(report.detail()).contains("an arena is open"));
    arena.close();
  }

  @Test
  void whatIsLiveAtTheEndIsReportedBySiteWhereItIsObserved() {
    Reports reports = new Reports();
    MemoryManager manager =
        MemoryManager.builder()
            .pageSource("linux")
            .discoverViews(false)
            .safetyMode(SafetyMode.PARANOID)
            .listener(reports)
            .build();
    for (int i = 0; i < 2; i++) {
      leakOne(manager);
    }
    manager.allocate(16);
    manager.close();
    assertThat(reports.misuses)
        .hasSize(3)
        .allMatch(report -> report.kind() == MisuseKind.LEAK)
        .anyMatch(
            report ->
                report.allocationSite().top().contains("leakOne")
                    && report.detail().startsWith("2 observed blocks"));
  }

  private static void leakOne(MemoryManager manager) {
    manager.allocate(100);
  }

  @OnBothSources
  void nothingIsReportedWhereNothingIsLive(String source) {
    Reports reports = new Reports();
    MemoryManager manager = manager(source, reports);
    manager.allocate(100).close();
    manager.free(manager.allocate(100).detach());
    manager.close();
    assertThat(reports.misuses).isEmpty();
  }

  @OnBothSources
  void amidTheTrafficEveryThreadGetsAnIllegalStateException(String source) throws Exception {
    for (int round = 0; round < 15; round++) {
      MemoryManager manager = manager(source);
      Budget limited = manager.rootBudget().child("b", BudgetLimits.hard(1 << 30));
      Threads.together(
          5,
          number -> {
            if (number == 0) {
              while (manager.snapshot().allocations() < 2_000) {
                Thread.onSpinWait();
              }
              manager.close();
              return;
            }
            Budget budget = number % 2 == 0 ? limited : manager.rootBudget();
            assertThatThrownBy(
                    () -> {
                      for (int i = 0; true; i++) {
                        switch (i % 3) {
                          case 0 -> budget.allocate(i % 5_000).close();
                          case 1 -> budget.allocate(3 << 20).close();
                          default -> {
                            try (Arena arena = budget.openConfinedArena()) {
                              arena.allocate(100);
                            }
                          }
                        }
                      }
                    })
                .isInstanceOf(IllegalStateException.class)
                .isNotInstanceOf(MemoryMisuseException.class);
          });
      assertThat(manager.snapshot().openArenas()).isZero();
    }
  }

  /**
   * A thread that used a manager must not keep it alive, as it would in a test suite or a server.
   */
  @OnBothSources
  void aClosedManagerIsCollected(String source) {
    MemoryManager manager = manager(source);
    manager.allocate(100).close();
    PhantomReference<Budget> collected =
        new PhantomReference<>(manager.rootBudget(), new ReferenceQueue<>());
    manager.close();
    manager = null;
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              System.gc();
              return collected.refersTo(null);
            });
  }
}
