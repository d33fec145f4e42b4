package io.rmm.analysis.report;

import io.rmm.analysis.Account;
import io.rmm.analysis.Growth;
import io.rmm.analysis.GrowthRule;
import io.rmm.analysis.LostBlocks;
import io.rmm.analysis.MisuseGroup;
import io.rmm.analysis.MisuseRule;
import io.rmm.analysis.RecordingLoader;
import io.rmm.analysis.UnreadableRecordingException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.openjdk.jmc.common.IDisplayable;
import org.openjdk.jmc.common.item.Aggregators;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.unit.IQuantity;
import org.openjdk.jmc.common.unit.UnitLookup;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.RuleRegistry;
import org.openjdk.jmc.flightrecorder.rules.Severity;
import org.openjdk.jmc.flightrecorder.rules.TypedCollectionResult;
import org.openjdk.jmc.flightrecorder.rules.util.RulesToolkit;

/**
 * All that a report of one recording says, before it takes a form.
 *
 * <p>{@link HtmlReport}, {@link JsonReport} and {@link TextReport} show the same report and decide
 * nothing.
 *
 * @param file the recording
 * @param start when its first event ended
 * @param end when its last event ended
 * @param events the number of its events
 * @param managers the memory managers, sorted by name
 * @param budgets the budgets, sorted by manager and path
 * @param misuses what {@link MisuseRule} found
 * @param lostBlocks what {@link MisuseRule} found to be lost
 * @param growths what {@link GrowthRule} found
 * @param findings what RMM's rules found in plain words, the gravest first; never empty
 * @param rules the outcomes of all rules, the gravest first
 */
public record Report(
    Path file,
    Instant start,
    Instant end,
    long events,
    List<Account> managers,
    List<Account> budgets,
    List<MisuseGroup> misuses,
    List<LostBlocks> lostBlocks,
    List<Growth> growths,
    List<Finding> findings,
    List<RuleOutcome> rules) {

  private static final Duration RULE_LIMIT = Duration.ofMinutes(5);

  private static final Set<String> OWN_RULES = Set.of(MisuseRule.ID, GrowthRule.ID);

  /** Copies the lists. */
  public Report {
    managers = List.copyOf(managers);
    budgets = List.copyOf(budgets);
    misuses = List.copyOf(misuses);
    lostBlocks = List.copyOf(lostBlocks);
    growths = List.copyOf(growths);
    findings = List.copyOf(findings);
    rules = List.copyOf(rules);
  }

  /**
   * Reads a recording and evaluates all rules.
   *
   * @throws UnreadableRecordingException if the file is no recording with RMM events
   */
  public static Report of(Path file) throws UnreadableRecordingException {
    IItemCollection items = RecordingLoader.load(file);
    IQuantity start = RulesToolkit.getEarliestEndTime(items);
    IQuantity end = RulesToolkit.getLatestEndTime(items);
    if (start == null || end == null) {
      throw new UnreadableRecordingException(
          file + " is damaged, its events have no times: dump the recording again.");
    }
    List<IResult> results =
        new RuleEvaluation(items, RULE_LIMIT)
            .evaluate(RuleRegistry.getRules(), rule -> OWN_RULES.contains(rule.getId()));
    List<MisuseGroup> misuses = collect(results, MisuseRule.ID, MisuseRule.MISUSES);
    List<LostBlocks> lostBlocks = collect(results, MisuseRule.ID, MisuseRule.LOST_BLOCKS);
    List<Growth> growths = collect(results, GrowthRule.ID, GrowthRule.GROWTHS);
    List<RuleOutcome> rules =
        results.stream()
            .map(RuleOutcome::of)
            .sorted(
                Comparator.comparingDouble(RuleOutcome::score)
                    .reversed()
                    .thenComparing(RuleOutcome::name))
            .toList();
    return new Report(
        file,
        instant(start),
        instant(end),
        items.getAggregate(Aggregators.count()).longValue(),
        Account.ofManagers(items),
        Account.ofBudgets(items),
        misuses,
        lostBlocks,
        growths,
        findings(misuses, lostBlocks, growths, rules),
        rules);
  }

  /** Returns the gravest severity of the findings. */
  public Severity severity() {
    return findings.getFirst().severity();
  }

  /** Returns the time from the first to the last event. */
  public Duration duration() {
    return Duration.between(start, end);
  }

  /** Returns the outcomes of JMC's own rules of one severity. */
  public List<RuleOutcome> jmcRules(Severity severity) {
    return rules.stream()
        .filter(rule -> !OWN_RULES.contains(rule.id()) && rule.severity() == severity)
        .toList();
  }

  private static List<Finding> findings(
      List<MisuseGroup> misuses,
      List<LostBlocks> lostBlocks,
      List<Growth> growths,
      List<RuleOutcome> rules) {
    List<Finding> findings = new ArrayList<>();
    add(findings, misuses, MisuseRule.ID, misuse -> Severity.WARNING);
    add(findings, lostBlocks, MisuseRule.ID, lost -> Severity.WARNING);
    add(
        findings,
        growths,
        GrowthRule.ID,
        growth -> growth.urgent() ? Severity.WARNING : Severity.INFO);
    for (RuleOutcome rule : rules) {
      boolean told = findings.stream().anyMatch(finding -> finding.rule().equals(rule.id()));
      if (OWN_RULES.contains(rule.id()) && !told) {
        String text = (rule.summary() + " " + rule.solution()).strip();
        findings.add(new Finding(rule.severity(), rule.id(), text));
      }
    }
    findings.sort(
        Comparator.comparingDouble((Finding finding) -> finding.severity().getLimit()).reversed());
    return findings;
  }

  private static <T extends IDisplayable> void add(
      List<Finding> findings, List<T> found, String rule, Function<T, Severity> severity) {
    for (T item : found) {
      String text = item.displayUsing(IDisplayable.AUTO);
      findings.add(new Finding(severity.apply(item), rule, text));
    }
  }

  private static <T> List<T> collect(
      Collection<IResult> results, String rule, TypedCollectionResult<T> type) {
    return results.stream()
        .filter(result -> result.getRule().getId().equals(rule))
        .flatMap(result -> result.getResult(type).stream())
        .toList();
  }

  private static Instant instant(IQuantity time) {
    long nanos = time.clampedLongValueIn(UnitLookup.EPOCH_NS);
    return Instant.EPOCH.plusNanos(nanos);
  }
}
