package io.rmm.analysis.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.util.IPreferenceValueProvider;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.IRule;
import org.openjdk.jmc.flightrecorder.rules.ResultBuilder;
import org.openjdk.jmc.flightrecorder.rules.RuleRegistry;
import org.openjdk.jmc.flightrecorder.rules.Severity;
import org.openjdk.jmc.flightrecorder.rules.util.RulesToolkit;

/**
 * Evaluates all rules that JMC's registry knows, its own and RMM's, with their preferences as is.
 */
final class RuleEvaluation {

  private RuleEvaluation() {}

  /** Returns one result for each rule; a rule that fails is not applicable, and says why. */
  static List<IResult> evaluate(IItemCollection items) {
    Map<IRule, Future<IResult>> evaluations =
        RulesToolkit.evaluateParallel(RuleRegistry.getRules(), items, null, 0);
    List<IResult> results = new ArrayList<>();
    evaluations.forEach((rule, evaluation) -> results.add(await(rule, evaluation)));
    return results;
  }

  private static IResult await(IRule rule, Future<IResult> evaluation) {
    try {
      return evaluation.get();
    } catch (ExecutionException e) {
      return ResultBuilder.createFor(rule, IPreferenceValueProvider.DEFAULT_VALUES)
          .setSeverity(Severity.NA)
          .setSummary("The rule failed: " + e.getCause())
          .build();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while rules were evaluated", e);
    }
  }
}
