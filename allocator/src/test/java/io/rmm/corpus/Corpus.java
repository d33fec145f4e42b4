package io.rmm.corpus;

import io.rmm.allocator.SafetyMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** All variants in all flows. */
final class Corpus {

  static final List<Variant> VARIANTS =
      Stream.of(
              ViewVariants.all(),
              NativeVariants.all(),
              LeakVariants.all(),
              FreeVariants.all(),
              UseVariants.all(),
              SizeVariants.all())
          .flatMap(List::stream)
          .toList();

  /** Of a sweep in a manager with a few pages, and of the thread that tells of it. */
  private static final Duration SWEPT = Duration.ofSeconds(10);

  private Corpus() {}

  /** A case that can be run. */
  record Case(Variant variant, Flow flow, boolean isBad) {

    CaseRun in(SafetyMode mode, boolean hasGuards) {
      return new CaseRun(variant, flow, mode, isBad, hasGuards);
    }

    String name() {
      return Corpus.name(variant, flow, isBad);
    }
  }

  static String name(Variant variant, Flow flow, boolean isBad) {
    return variant.cwe()
        + "_"
        + variant.name()
        + "."
        + flow.name().toLowerCase(Locale.ROOT)
        + (isBad ? "" : ".good");
  }

  static List<Case> cases(Predicate<Variant> which) {
    List<Case> cases = new ArrayList<>();
    for (Variant variant : VARIANTS) {
      if (which.test(variant)) {
        for (Flow flow : Flow.values()) {
          cases.add(new Case(variant, flow, true));
          cases.add(new Case(variant, flow, false));
        }
      }
    }
    return cases;
  }

  /** What became of a case. */
  record Result(Outcome outcome, String evidence) {}

  /**
   * Runs {@code cases} in this process.
   *
   * @param begin told each name before it is run
   * @param end told what became of it
   */
  static void run(
      List<Case> cases,
      SafetyMode mode,
      boolean hasGuards,
      Consumer<String> begin,
      BiConsumer<String, Result> end) {
    List<CaseRun> sweptLater = new ArrayList<>();
    for (Case each : cases) {
      begin.accept(each.name());
      CaseRun run = each.in(mode, hasGuards);
      run.run();
      if (each.variant().needs(Variant.Need.SWEEP)) {
        sweptLater.add(run);
      } else {
        end.accept(run.name(), new Result(run.end(), run.evidence()));
      }
    }
    awaitReports(sweptLater.stream().filter(run -> isToBeReported(run, mode)).toList());
    for (CaseRun run : sweptLater) {
      end.accept(run.name(), new Result(run.end(), run.evidence()));
    }
  }

  private static boolean isToBeReported(CaseRun run, SafetyMode mode) {
    return run.isBad() && run.variant().expected(mode, run.flow()) == Outcome.REPORTED;
  }

  private static void awaitReports(List<CaseRun> runs) {
    try {
      Awaitility.await().atMost(SWEPT).until(() -> runs.stream().allMatch(CaseRun::isReported));
    } catch (ConditionTimeoutException e) {
      // Then some are missed, which is a result.
    }
  }
}
