package io.rmm.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.SafetyMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the corpus in every mode: the bad cases, and the good ones, of which none is accused. */
class CorpusTest {

  private static final Path PAGE = Path.of("..", "docs", "misuse-corpus.md");

  /** Set to write the page instead of comparing it. */
  private static final String WRITE = "corpus.write";

  private static final Map<SafetyMode, Map<String, Corpus.Result>> RESULTS =
      new EnumMap<>(SafetyMode.class);

  /** The children run beside this process. */
  @BeforeAll
  static void run() throws Exception {
    List<Corpus.Case> children = Corpus.cases(variant -> variant.needs(Variant.Need.CHILD));
    List<Corpus.Case> others = Corpus.cases(variant -> !variant.needs(Variant.Need.CHILD));
    FutureTask<Map<SafetyMode, Map<String, Corpus.Result>>> beside =
        new FutureTask<>(
            () -> {
              Map<SafetyMode, Map<String, Corpus.Result>> results = new HashMap<>();
              for (SafetyMode mode : SafetyMode.values()) {
                results.put(mode, new CorpusChildren(mode, false).run(children));
              }
              return results;
            });
    Thread.ofPlatform().daemon().start(beside);
    for (SafetyMode mode : SafetyMode.values()) {
      Map<String, Corpus.Result> results = new LinkedHashMap<>();
      RESULTS.put(mode, results);
      Corpus.run(others, mode, true, _ -> {}, results::put);
    }
    beside.get().forEach((mode, results) -> RESULTS.get(mode).putAll(results));
  }

  @Test
  void itIsLargeAndEveryCaseHasANameOfItsOwn() {
    assertThat(Corpus.cases(_ -> true).stream().filter(Corpus.Case::isBad).count())
        .isGreaterThanOrEqualTo(300);
    assertThat(Corpus.cases(_ -> true)).extracting(Corpus.Case::name).doesNotHaveDuplicates();
    assertThat(Corpus.VARIANTS).extracting(Variant::cwe).contains(Cwe.values());
  }

  @ParameterizedTest
  @EnumSource(SafetyMode.class)
  void noGoodTwinIsAccused(SafetyMode mode) {
    SoftAssertions softly = new SoftAssertions();
    for (Corpus.Case each : Corpus.cases(_ -> true)) {
      if (!each.isBad()) {
        Corpus.Result result = RESULTS.get(mode).get(each.name());
        softly
            .assertThat(result.outcome())
            .as("%s: %s", each.name(), result.evidence())
            .isEqualTo(Outcome.MISSED);
      }
    }
    softly.assertAll();
  }

  @ParameterizedTest
  @EnumSource(SafetyMode.class)
  void everyBadCaseBecomesWhatIsExpected(SafetyMode mode) {
    SoftAssertions softly = new SoftAssertions();
    for (Corpus.Case each : Corpus.cases(_ -> true)) {
      if (each.isBad()) {
        Corpus.Result result = RESULTS.get(mode).get(each.name());
        softly
            .assertThat(result.outcome())
            .as("%s: %s", each.name(), result.evidence())
            .isEqualTo(each.variant().expected(mode, each.flow()));
      }
    }
    softly.assertAll();
  }

  @Test
  void thePageTellsTheResults() throws Exception {
    String page = CorpusPage.of(RESULTS);
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).hasContent(page);
  }
}
