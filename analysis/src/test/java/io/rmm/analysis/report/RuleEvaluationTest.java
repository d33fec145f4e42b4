package io.rmm.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.item.ItemCollectionToolkit;
import org.openjdk.jmc.common.util.IPreferenceValueProvider;
import org.openjdk.jmc.flightrecorder.rules.AbstractRule;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.IResultValueProvider;
import org.openjdk.jmc.flightrecorder.rules.ResultBuilder;
import org.openjdk.jmc.flightrecorder.rules.Severity;

class RuleEvaluationTest {

  private static final IItemCollection NO_ITEMS = ItemCollectionToolkit.EMPTY;

  /** A rule that does as a test says. */
  private static final class TestRule extends AbstractRule {

    private final Runnable act;

    TestRule(String id, Runnable act) {
      super(id, id, "test", List.of(), List.of(), Map.of());
      this.act = act;
    }

    @Override
    protected IResult getResult(
        IItemCollection items, IPreferenceValueProvider preferences, IResultValueProvider results) {
      act.run();
      return ResultBuilder.createFor(this, preferences).setSeverity(Severity.OK).build();
    }
  }

  @Test
  void aRuleThatFailsSaysWhy() {
    TestRule failing =
        new TestRule(
            "failing",
            () -> {
              throw new IllegalStateException("no luck");
            });

    IResult result =
        new RuleEvaluation(NO_ITEMS, Duration.ofMinutes(1))
            .evaluate(List.of(failing), rule -> false)
            .getFirst();

    assertThat(result.getSeverity()).isEqualTo(Severity.NA);
    assertThat(result.getSummary())
        .isEqualTo("The rule failed: java.lang.IllegalStateException: no luck");
  }

  @Test
  void aRuleThatDoesNotEndIsGivenUpAndTheFirstRulesAreEvaluatedAllTheSame() {
    CountDownLatch end = new CountDownLatch(1);
    List<TestRule> rules =
        List.of(
            new TestRule("endless", () -> awaitUninterruptibly(end)),
            new TestRule("first", () -> {}));
    try {
      List<IResult> results =
          new RuleEvaluation(NO_ITEMS, Duration.ofSeconds(2))
              .evaluate(List.copyOf(rules), rule -> rule.getId().equals("first"));

      assertThat(results)
          .extracting(IResult::getSeverity)
          .containsExactly(Severity.OK, Severity.NA);
      assertThat(results.getLast().getSummary())
          .isEqualTo("The rule took too long and was given up.");
    } finally {
      end.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
