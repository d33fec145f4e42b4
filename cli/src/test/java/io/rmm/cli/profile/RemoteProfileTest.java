package io.rmm.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.SiteProfile;
import io.rmm.dashboards.console.ManagerName;
import io.rmm.exporter.profile.HeapProfile;
import io.rmm.exporter.profile.ProfileFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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

  /** What the program itself would write, byte for byte. */
  @ParameterizedTest
  @EnumSource
  void theFilesAreThoseOfTheProgramItself(ProfileFormat format) throws Exception {
    var beans = ManagementFactory.getPlatformMBeanServer();
    try (MemoryManager manager =
        MemoryManager.builder().name("twin").safetyMode(SafetyMode.PARANOID).build()) {
      try (Block one = manager.allocate(1_000);
          Block two =
              manager.rootBudget().child("tenant", BudgetLimits.unlimited()).allocate(70_000)) {
        manager.awaitViews();
        Instant now = Instant.now();
        SiteProfile remote = RemoteProfile.read(beans, new ManagerName("twin", 1)).orElseThrow();
        assertThat(bytes(new HeapProfile("twin", now, remote), format))
            .isNotEmpty()
            .isEqualTo(bytes(new HeapProfile("twin", now, manager.profile()), format));
        assertThat(one.isAlive() && two.isAlive()).isTrue();
      }
    }
  }

  private static byte[] bytes(HeapProfile profile, ProfileFormat format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    profile.write(format, bytes);
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({
    "a.b.C.d(C.java:12), a.b.C, d, C.java, 12",
    "a.b.C$D.lambda$e$0(C.java:1), a.b.C$D, lambda$e$0, C.java, 1",
    "a.B.<init>(B.java:3), a.B, <init>, B.java, 3",
    "a.B.says hello (twice)(B.kt:3), a.B, says hello (twice), B.kt, 3",
    "a.B.c(B.java:-2), a.B, c, B.java, -2",
    "a.B$$Lambda/0x0000000001.c, a.B$$Lambda/0x0000000001, c, , -1",
    "a.B.c, a.B, c, , -1",
    "odd, '', odd, , -1"
  })
  void framesAreReadAsTheyWereWritten(
      String text, String type, String method, @Nullable String file, int line) {
    StackTraceElement frame = RemoteProfile.frame(text);
    assertThat(frame).isEqualTo(new StackTraceElement(type, method, file, line));
  }
}
