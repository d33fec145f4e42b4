package io.rmm.allocator;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A block that nobody can free any more is told by the clock, in a process that does nothing: here
 * no thread calls the manager between the loss and the report.
 */
class LostBlockTest {

  private final Reports reports = new Reports();

  private MemoryManager.Builder builder(SafetyMode mode) {
    return MemoryManager.builder().safetyMode(mode).discoverViews(false).listener(reports);
  }

  private static WeakReference<Block> lose(MemoryManager manager) {
    return new WeakReference<>(manager.allocate(100));
  }

  private static void awaitCollected(List<WeakReference<Block>> lost) {
    await()
        .until(
            () -> {
              System.gc();
              return lost.stream().allMatch(block -> block.refersTo(null));
            });
  }

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"STANDARD", "SAFE"})
  void anObservedBlockIsToldWithinSecondsOfItsCollection(SafetyMode mode) {
    MemoryManager manager = builder(mode).sampleInterval(1).build();
    awaitCollected(List.of(lose(manager)));
    await().atMost(5, SECONDS).until(() -> !reports.leaks.isEmpty());
    LeakSuspect suspect = reports.leaks.getFirst();
    assertThat(suspect.evidence()).isEqualTo(LeakSuspect.UNREACHABLE);
    assertThat(suspect.blockId()).isEqualTo(reports.samples.getFirst().blockId());
    assertThat(suspect.allocationSite().toString()).contains("LostBlockTest.lose");
    manager.close();
    assertThat(reports.leaks).hasSize(1);
  }

  @Test
  void inParanoidModeAllAre() {
    MemoryManager manager = builder(SafetyMode.PARANOID).build();
    List<WeakReference<Block>> lost = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      lost.add(lose(manager));
    }
    awaitCollected(lost);
    await().atMost(5, SECONDS).until(() -> reports.leaks.size() == 100);
    assertThat(reports.leaks)
        .extracting(LeakSuspect::blockId)
        .containsExactlyInAnyOrderElementsOf(
            reports.samples.stream().map(AllocationSample::blockId).toList());
    assertThat(manager.snapshot().leakSuspects()).isEqualTo(100);
    manager.close();
    assertThat(reports.leaks).hasSize(100);
  }

  @ParameterizedTest
  @EnumSource(SafetyMode.class)
  void atTheEndTheyAreCountedExactlyWhateverWasObserved(SafetyMode mode) {
    MemoryManager manager = builder(mode).build();
    for (int i = 0; i < 10_000; i++) {
      var _ = lose(manager);
    }
    MemorySnapshot last = manager.snapshot();
    assertThat(last.liveBlocks()).isEqualTo(10_000);
    if (mode != SafetyMode.PARANOID) {
      assertThat(last.observedBlocks()).isLessThan(10_000);
    }
    manager.close();
    assertThat(reports.misuses)
        .filteredOn(report -> !report.allocationSite().isKnown())
        .singleElement()
        .extracting(MisuseReport::kind, MisuseReport::detail)
        .containsExactly(
            MisuseKind.LEAK,
            "the manager is closed while 10000 blocks with "
                + last.usedBytes()
                + " bytes are live");
  }
}
