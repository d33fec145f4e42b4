package io.rmm.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.SafetyMode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the C library does beside blocks and with dead ones, with all of them guarded: many of the
 * bad cases end their process, at which a minute or two goes.
 */
@Tag("corpus")
class GuardedCorpusTest {

  private static final Logger LOGGER = Logger.getLogger(GuardedCorpusTest.class.getName());

  /** A block lies at the one end of its pages or the other by chance, so that not all are found. */
  @Test
  void whoDiesOfAGuardIsExplainedAndNobodyElseDies() throws Exception {
    List<Corpus.Case> cases = Corpus.cases(variant -> variant.needs(Variant.Need.CHILD));
    Map<String, Corpus.Result> results = new CorpusChildren(SafetyMode.PARANOID, true).run(cases);
    Map<Outcome, Integer> bad = new EnumMap<>(Outcome.class);
    SoftAssertions softly = new SoftAssertions();
    for (Corpus.Case each : cases) {
      Corpus.Result result = results.get(each.name());
      if (each.isBad()) {
        bad.merge(result.outcome(), 1, Integer::sum);
        LOGGER.fine(() -> each.name() + ": " + result);
      }
      softly
          .assertThat(result.outcome())
          .as("%s: %s", each.name(), result.evidence())
          .isNotEqualTo(Outcome.DIED);
      if (!each.isBad()) {
        softly
            .assertThat(result.outcome())
            .as("%s: %s", each.name(), result.evidence())
            .isEqualTo(Outcome.MISSED);
      }
    }
    LOGGER.info("bad cases of the C library, all blocks guarded: " + bad);
    softly.assertAll();
    assertThat(bad.get(Outcome.EXPLAINED)).isPositive();
  }
}
