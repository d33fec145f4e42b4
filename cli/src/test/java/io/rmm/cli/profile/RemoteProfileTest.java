package io.rmm.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.Site;
import io.rmm.dashboards.console.ManagerName;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteProfileTest {

  /** From this very JVM, whose MBean server is its own connection. */
  @Test
  void theProfileIsReadAsItWas() throws Exception {
    var beans = ManagementFactory.getPlatformMBeanServer();
    try (MemoryManager manager =
        MemoryManager.builder().name("a, \"b\"").safetyMode(SafetyMode.PARANOID).build()) {
      try (Block one = manager.allocate(1_000);
          Block two =
              manager.rootBudget().child("tenant", BudgetLimits.unlimited()).allocate(70_000)) {
        manager.allocate(64).close();
        manager.awaitViews();
        // As text: frames also know class loaders, of which nothing is shown.
        assertThat(RemoteProfile.read(beans, new ManagerName("a, \"b\"", 1)).orElseThrow())
            .hasToString(manager.profile().toString());
        assertThat(one.isAlive() && two.isAlive()).isTrue();
      }
    }
    assertThat(RemoteProfile.read(beans, new ManagerName("a, \"b\"", 1))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "a.b.C.d(C.java:12)",
    "a.b.C$D.lambda$e$0(C.java:1)",
    "a.B.<init>(B.java:3)",
    "a.B.c",
    "B.c(B (1).java:3)"
  })
  void framesAreReadAsTheyWereWritten(String text) {
    assertThat(new Site(List.of(RemoteProfile.frame(text))).top()).isEqualTo(text);
    assertThat(RemoteProfile.frame(text).getClassName()).isNotEmpty();
  }

  @Test
  void whatIsNoFrameIsKeptAsAMethod() {
    assertThat(RemoteProfile.frame("odd").getMethodName()).isEqualTo("odd");
  }
}
