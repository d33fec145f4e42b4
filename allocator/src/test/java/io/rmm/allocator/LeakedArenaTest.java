package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.Arena;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An arena that nobody can close any more is a leak of another kind than a block. */
class LeakedArenaTest {

  private final Reports reports = new Reports();

  private MemoryManager paranoid() {
    return MemoryManager.builder()
        .discoverViews(false)
        .safetyMode(SafetyMode.PARANOID)
        .listener(reports)
        .build();
  }

  static Stream<Arguments> kinds() {
    Function<MemoryManager, Arena> confined = MemoryManager::openConfinedArena;
    Function<MemoryManager, Arena> shared = MemoryManager::openSharedArena;
    Function<MemoryManager, Arena> deferred = MemoryManager::openDeferredArena;
    return Stream.of(
        Arguments.of("confined", confined),
        Arguments.of("shared", shared),
        Arguments.of("deferred", deferred));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void anArenaThatIsLostIsASuspect(String kind, Function<MemoryManager, Arena> opening) {
    MemoryManager manager = paranoid();
    lose(manager, opening);
    await()
        .until(
            () -> {
              System.gc();
              return !reports.leaks.isEmpty();
            });
    LeakSuspect suspect = reports.leaks.getFirst();
    assertThat(suspect.evidence()).isEqualTo("arenaNeverClosed");
    assertThat(suspect.allocationSite().toString()).as(kind).contains("LeakedArenaTest.lose");
    manager.close();
    assertThat(manager.snapshot().misusesByKind()).containsKey(MisuseKind.ARENA_NOT_CLOSED);
  }

  @SuppressWarnings("MustBeClosedChecker") // it is not, on purpose
  private static void lose(MemoryManager manager, Function<MemoryManager, Arena> opening) {
    opening.apply(manager).allocate(100).fill((byte) 1);
  }

  @Test
  void openArenasAreCountedAtTheEnd() {
    MemoryManager manager = paranoid();
    Arena one = manager.openSharedArena();
    Arena two = manager.openConfinedArena();
    manager.openSharedArena().close();
    manager.close();
    assertThat(reports.misuses)
        .filteredOn(report -> report.kind() == MisuseKind.ARENA_NOT_CLOSED)
        .singleElement()
        .extracting(MisuseReport::detail)
        .isEqualTo("the manager is closed while 2 arenas are open");
    assertThat(one.scope().isAlive()).isTrue();
    assertThat(two.scope().isAlive()).isTrue();
  }

  @Test
  void closedArenasAreNoLeaks() {
    try (MemoryManager manager = paranoid()) {
      for (int i = 0; i < 100; i++) {
        try (Arena arena = manager.openConfinedArena()) {
          arena.allocate(100);
        }
      }
      System.gc();
    }
    assertThat(reports.leaks).isEmpty();
    assertThat(reports.misuses).isEmpty();
  }
}
