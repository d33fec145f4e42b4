package io.rmm.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs test classes as JUnit does, and looks at what becomes of them. */
class CheckMemoryTest {

  private static EngineExecutionResults run(Class<?> testClass) {
    return EngineTestKit.engine("junit-jupiter")
        .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
        .selectors(selectClass(testClass))
        .execute();
  }

  private static List<Throwable> failures(Class<?> testClass) {
    List<Throwable> failures = new ArrayList<>();
    run(testClass).testEvents().failed().map(CheckMemoryTest::failure).forEach(failures::add);
    return failures;
  }

  private static Throwable failure(Event end) {
    return end.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow();
  }

  private static String message(Class<?> testClass) {
    List<Throwable> failures = failures(testClass);
    assertThat(failures).hasSize(1);
    assertThat(failures.getFirst()).isInstanceOf(AssertionError.class);
    return failures.getFirst().getMessage();
  }

  // ---- what passes ----

  @ParameterizedTest
  @ValueSource(
      classes = {
        PassingTests.OfEveryForm.class,
        PassingTests.MisusesOnPurpose.class,
        PassingTests.FillsACache.class,
        PassingTests.FollowsAFaultyTest.class
      })
  void rightUsePasses(Class<?> testClass) {
    EngineExecutionResults results = run(testClass);
    assertThat(results.testEvents().failed().list()).isEmpty();
    assertThat(results.testEvents().succeeded().count()).isPositive();
  }

  @Test
  void testsInParallelShareNothing() {
    PassingTests.InParallel.MANAGERS.clear();
    run(PassingTests.InParallel.class)
        .testEvents()
        .assertStatistics(events -> events.started(40).succeeded(40));
    assertThat(PassingTests.InParallel.MANAGERS).hasSize(40).doesNotHaveDuplicates();
  }

  // ---- what fails ----

  @Test
  void aLeakFailsTheTestWithItsSite() {
    assertThat(message(FailingTests.Leaks.class))
        .contains("leaksABlock")
        .contains("LEAK: the manager is closed while a block with 112 bytes is live")
        .contains("at io.rmm.junit.FailingTests$Leaks.leaksABlock(FailingTests.java:")
        .doesNotContain("org.junit.jupiter");
  }

  @Test
  void anOpenArenaFailsTheTest() {
    assertThat(message(FailingTests.LeaksAnArena.class))
        .contains("ARENA_NOT_CLOSED: the manager is closed while an arena is open")
        .doesNotContain("LEAK");
    assertThat(message(FailingTests.LeaksASegmentOfAnArena.class))
        .contains("ARENA_NOT_CLOSED: the manager is closed while an arena is open")
        .contains("LEAK")
        .contains("LeaksASegmentOfAnArena.leavesAnArenaOpen(FailingTests.java:");
  }

  @Test
  void misuseThatTheTestSwallowsFailsIt() {
    assertThat(message(FailingTests.SwallowsADoubleFree.class))
        .contains("DOUBLE_FREE")
        .contains("of 48 bytes")
        .contains("  found")
        .contains("  allocated")
        .contains("  freed")
        .contains("closesTwice(FailingTests.java:");
  }

  @Test
  void theSameMisuseAgainAndAgainIsToldOnce() {
    assertThat(message(FailingTests.FreesTwiceOftenInALoop.class))
        .containsOnlyOnce("DOUBLE_FREE:")
        .contains("; and 49 times more from there");
  }

  @Test
  void theTestsOwnFailureComesFirst() {
    List<Throwable> failures = failures(FailingTests.FailsAndLeaks.class);
    assertThat(failures).hasSize(1);
    assertThat(failures.getFirst()).hasMessage("the test's own failure");
    assertThat(failures.getFirst().getSuppressed())
        .singleElement()
        .satisfies(leak -> assertThat(leak).hasMessageContaining("LEAK"));
  }

  @Test
  void whatTheJdkRefusedIsExplained() {
    List<Throwable> failures = failures(FailingTests.ReadsOutOfBounds.class);
    assertThat(failures).hasSize(1);
    assertThat(failures.getFirst()).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(failures.getFirst().getSuppressed())
        .singleElement()
        .satisfies(
            explained ->
                assertThat(explained)
                    .hasMessageContaining("OVERRUN")
                    .hasMessageContaining("of 24 bytes")
                    .hasMessageContaining("reads(FailingTests.java:"));
  }

  @Test
  void anAbortedTestThatLeaksFails() {
    assertThat(message(FailingTests.IsAbortedAndLeaks.class)).contains("LEAK");
  }

  @Test
  void theModeIsThatOfTheNearestAnnotation() {
    assertThat(message(FailingTests.LeaksInModeFast.class)).contains("LEAK");
    assertThat(message(FailingTests.IsCheckedByAMethod.class)).contains("LEAK");
  }

  @Test
  void misuseThatWasExpectedAndDidNotComeFailsTheTest() {
    assertThat(failures(FailingTests.ExpectsWhatDoesNotCome.class))
        .extracting(Throwable::getMessage)
        .satisfiesExactlyInAnyOrder(
            message ->
                assertThat(message)
                    .isEqualTo("expected DOUBLE_FREE, and none was reported in byAnnotation"),
            message -> assertThat(message).isEqualTo("expected DOUBLE_FREE, and none was reported"),
            message ->
                assertThat(message)
                    .isEqualTo("expected DOUBLE_FREE, not java.lang.UnsupportedOperationException"),
            message ->
                assertThat(message)
                    .startsWith("expected UNDERRUN, not java.lang.IndexOutOfBoundsException"));
  }

  @Test
  void aWatchedManagerIsComparedWithItself() {
    for (int run = 0; run < 2; run++) {
      assertThat(message(FailingTests.WatchesALeakingManager.class))
          .contains("LEAK: 1 block more, with 224 bytes, in manager outliving")
          .contains("ARENA_NOT_CLOSED: 1 arena more")
          .contains("leavesIt(FailingTests.java:");
    }
  }

  @Test
  void whatWasWrittenToFreedMemoryIsFoundBeforeTheWatchEnds() {
    assertThat(message(FailingTests.WritesToFreedMemoryOfAWatchedManager.class))
        .contains("USE_AFTER_FREE")
        .contains("writeToFreedMemory(FailingTests.java:");
  }

  @Test
  void aWatchedManagerMayBeClosedByTheTest() {
    assertThat(message(FailingTests.WatchesAManagerThatItCloses.class))
        .contains("LEAK: the manager is closed while a block with")
        .doesNotContain("more");
  }

  @Test
  void aManagerForAllTestsIsRefused() {
    assertThat(
            run(FailingTests.AsksInTheWrongPlace.class)
                .containerEvents()
                .failed()
                .map(CheckMemoryTest::failure))
        .singleElement()
        .satisfies(
            failure -> assertThat(failure).hasMessageContaining("have the parameter in the test"));
  }
}
