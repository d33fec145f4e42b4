package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.heap.BrokenRecords;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SelfCheckTest {

  /** Enough for a round over some hundred pages, and a second look. */
  private static final int TICKS = 20;

  private final Reports reports = new Reports();

  private Engine engine(SafetyMode mode) {
    Engine engine =
        new Engine(
            "checked",
            PageSources.named("linux"),
            new Sampler(mode, 1L << 40),
            BudgetLimits.unlimited(),
            new Safety(mode, Safety.defaultActions(), Safety.defaultQuarantineBytes(mode), 0));
    engine.listeners().add(reports);
    return engine;
  }

  @ParameterizedTest
  @EnumSource(SafetyMode.class)
  void aLiveBlockInAFreeSlotIsToldOnce(SafetyMode mode) {
    Engine engine = engine(mode);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      blocks.add(engine.budgets().root().allocate(i));
    }
    Block victim = blocks.get(500);
    BrokenRecords broken = BrokenRecords.listAsFree(engine.heaps(), victim.id());
    for (int i = 0; i < TICKS; i++) {
      engine.tick();
    }
    broken.mend();
    // It is told by a thread of its own.
    await().until(() -> !reports.misuses.isEmpty());
    MisuseReport report = reports.onlyMisuse();
    assertThat(report.kind()).isEqualTo(MisuseKind.CORRUPTION);
    assertThat(report.blockId()).isEqualTo(victim.id());
    assertThat(report.confidence()).isEqualTo(MisuseConfidence.CERTAIN);
    blocks.forEach(Block::close);
    engine.close();
  }
}
