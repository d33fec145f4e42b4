package io.rmm.demo.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.demo.cache.Cache;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusTableTest {

  private static final long SECOND = 1_000_000_000;

  private final MemoryManager manager =
      MemoryManager.builder().name("table").discoverViews(false).build();
  private final Cache cache =
      new Cache(manager.rootBudget(), BudgetLimits.hard(1 << 20), Long.MAX_VALUE);
  private final Display display = new Display(new PrintWriter(Writer.nullWriter()), false, false);

  @AfterEach
  void close() {
    manager.close();
  }

  private void count(int commands) {
    for (int i = 0; i < commands; i++) {
      cache.databases().getFirst().counters().countCommand();
    }
  }

  @Test
  void commandsFromBeforeTheTableArePartOfTheTimeInWhichTheyCame() {
    long begun = System.nanoTime() - 2 * SECOND;
    count(700);
    StatusTable table =
        new StatusTable(cache, manager, new Findings(), List.of("shop"), display, begun);
    count(300);
    assertThat(table.lines(begun + 4 * SECOND))
        .anyMatch(line -> line.startsWith("   4 s  used 0 B"))
        .anyMatch(line -> line.matches("0 shop( +\\S+ \\S+){3} +0 +250 +0 +0"));
  }

  @Test
  void laterRatesAreThoseSinceTheTableBefore() {
    long begun = System.nanoTime();
    StatusTable table =
        new StatusTable(cache, manager, new Findings(), List.of("shop"), display, begun);
    count(1_000);
    table.lines(begun + SECOND);
    count(30);
    assertThat(table.lines(begun + 3 * SECOND))
        .anyMatch(line -> line.matches("0 shop( +\\S+ \\S+){3} +0 +15 +0 +0"));
  }
}
