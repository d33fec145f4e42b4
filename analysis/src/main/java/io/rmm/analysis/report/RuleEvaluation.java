package io.rmm.analysis.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.util.IPreferenceValueProvider;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.IRule;
import org.openjdk.jmc.flightrecorder.rules.ResultBuilder;
import org.openjdk.jmc.flightrecorder.rules.Severity;
import org.openjdk.jmc.flightrecorder.rules.util.RulesToolkit;

/**
 * Evaluates rules with their preferences as they are.
 *
 * <p>A few of JMC's rules walk from the first to the last moment in small steps and take for ever
 * where a damaged recording has moments centuries apart. So there is a time limit, and RMM's own
 * rules, which walk over events only, are evaluated before JMC's.
 */
final class RuleEvaluation {

  private final IItemCollection items;
  private final long deadline;

  /** Begins the time within which all is to be evaluated. */
  RuleEvaluation(IItemCollection items, Duration limit) {
    this.items = items;
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  /** Returns one result for each rule, first of those that match, then of the others. */
  List<IResult> evaluate(Collection<IRule> rules, Predicate<IRule> first) {
    List<IResult> results = new ArrayList<>();
    evaluateInto(results, rules.stream().filter(first).toList());
    evaluateInto(results, rules.stream().filter(first.negate()).toList());
    return results;
  }

  private void evaluateInto(List<IResult> results, Collection<IRule> rules) {
    Map<IRule, Future<IResult>> evaluations = RulesToolkit.evaluateParallel(rules, items, null, 0);
    evaluations.forEach((rule, evaluation) -> results.add(await(rule, evaluation)));
  }

  private IResult await(IRule rule, Future<IResult> evaluation) {
    try {
      return evaluation.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      return notApplicable(rule, "The rule failed: " + e.getCause());
    } catch (TimeoutException e) {
      return notApplicable(rule, "The rule took too long and was given up.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while rules were evaluated", e);
    }
  }

  private static IResult notApplicable(IRule rule, String reason) {
    return ResultBuilder.createFor(rule, IPreferenceValueProvider.DEFAULT_VALUES)
        .setSeverity(Severity.NA)
        .setSummary(reason)
        .build();
  }
}
