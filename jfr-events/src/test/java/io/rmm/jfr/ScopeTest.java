package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import io.rmm.jfr.programs.ScopedProgram;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScopeTest {

  @TempDir Path folder;

  @Test
  void aScopeIsRecordedAndShownWithTheEventsInIt() throws Exception {
    Path file = folder.resolve("scope.jfr");
    try (TestRecording recording = TestRecording.start();
        MemoryManager manager =
            MemoryManager.builder().name("scoped").safetyMode(SafetyMode.PARANOID).build()) {
      manager.awaitViews();
      try (Scope scope = Scope.open("GET /orders", "4bf92f35", "00f067aa")) {
        assertThat(scope).isNotNull();
        manager.allocate(100).close();
      }
      recording.dump(file);
      assertThat(recording.events(EventType.SCOPE))
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.getString("name")).isEqualTo("GET /orders");
                assertThat(event.getString("traceId")).isEqualTo("4bf92f35");
                assertThat(event.getString("spanId")).isEqualTo("00f067aa");
                assertThat(event.getDuration()).isPositive();
              });
    }
    assertThat(
            ChildProcess.run(
                "jfr", List.of("print", "--events", "rmm.AllocationSample", file.toString())))
        .contains("Context: Scope.name = \"GET /orders\"")
        .contains("Context: Scope.spanId = \"00f067aa\"");
  }

  @Test
  void whatIsClosedTwiceOrByAnotherThreadIsNotRecordedSo() throws Exception {
    try (TestRecording recording = TestRecording.start()) {
      Scope twice = Scope.open("twice", "", "");
      twice.close();
      twice.close();
      Scope elsewhere = Scope.open("elsewhere", "", "");
      Thread.ofPlatform().start(elsewhere::close).join();

      assertThat(recording.events(EventType.SCOPE))
          .extracting(event -> event.getString("name"))
          .containsExactly("twice");
    }
  }

  @Test
  void withoutARecordingAllScopesAreOne() {
    assertThat(Scope.open("a", "", "")).isSameAs(Scope.open("b", "", ""));
  }

  @Test
  @SuppressWarnings("NullAway") // the point of the test
  void namesAreNotNull() {
    assertThatThrownBy(() -> Scope.open(null, "", "")).isInstanceOf(NullPointerException.class);
  }

  @Test
  void aRuntimeWithoutFlightRecorderHasNoScopes() throws Exception {
    assertThat(ChildProcess.javaOnClassPath(ScopedProgram.class, "--limit-modules=java.base"))
        .contains("ran");
  }
}
