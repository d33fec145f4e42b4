package io.rmm.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.signal.EventNames;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** docs/signals.md says what a running program shows, no more and no less. */
class SignalsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "signals.md");

  /** Set to write the page instead of comparing it. */
  private static final String WRITE = "signals.write";

  @Test
  @ResourceLock("rmm.control.enabled")
  void thePageIsWhatTheProgramShows() throws Exception {
    System.setProperty("rmm.control.enabled", "true");
    try (Recording recording = new Recording();
        MemoryManager manager = MemoryManager.builder().name("documented").build()) {
      manager.awaitViews();
      recording.enable(EventNames.MANAGER_STATISTICS);
      recording.start();
      Budget _ = manager.rootBudget().child("tenant", BudgetLimits.hard(1 << 20));
      await()
          .until(
              () ->
                  FlightRecorder.getFlightRecorder().getEventTypes().stream()
                      .anyMatch(type -> type.getName().equals(EventNames.MANAGER_STATISTICS)));
      String page = SignalsPage.of(ManagementFactory.getPlatformMBeanServer());
      if (Boolean.getBoolean(WRITE)) {
        Files.writeString(PAGE, page);
      }
      assertThat(PAGE).hasContent(page);
    } finally {
      System.clearProperty("rmm.control.enabled");
    }
  }
}
