package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the settings of single allocations and frees mean. */
class TraceFilterTest {

  private final TraceFilter filter = new TraceFilter();

  @Test
  void everythingPassesUnlessSomethingIsSet() {
    assertThat(LongStream.range(0, 1_000).allMatch(id -> filter.accepts(id, "root/x", 0))).isTrue();
  }

  @Test
  void minimumSizeIsThatOfTheSlot() {
    filter.setMinimumSize(4096);
    assertThat(filter.accepts(1, "root", 4095)).isFalse();
    assertThat(filter.accepts(1, "root", 4096)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 3, 8, 64, 1000})
  void theRatioIsKept(long oneOf) {
    long ids = 1_000_000;
    SampleRatio ratio = new SampleRatio(oneOf);
    // Ids that count up, and ids that count up in their upper half, as those of one slot do.
    for (int shift : new int[] {0, 32}) {
      long chosen =
          LongStream.range(0, ids)
              .filter(id -> SampleRatio.hash(id << shift) <= ratio.largestHash())
              .count();
      double expected = (double) ids / oneOf;
      assertThat((double) chosen).isBetween(expected * 0.85, expected * 1.15);
    }
  }

  @Test
  void whatASmallerRatioChoosesALargerOneChoosesToo() {
    assertThat(new SampleRatio(64).largestHash()).isLessThan(new SampleRatio(63).largestHash());
    assertThat(new SampleRatio(2).largestHash()).isEqualTo(Long.MAX_VALUE / 2);
    assertThat(SampleRatio.ALL.largestHash()).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"1/64,1/64", "1,1/1", "' 1 / 8 ',1/8", "1/0,1/1", "2/3,1/1", "'',1/1", "all,1/1"})
  void ratioIsUnderstoodOrLeavesNothingOut(String text, String meaning) {
    SampleRatioSetting setting = new SampleRatioSetting();
    setting.setValue(text);
    assertThat(setting.getValue()).isEqualTo(meaning);
    setting.setValue(setting.getValue());
    assertThat(setting.getValue()).isEqualTo(meaning);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "4096,4096",
    "4k,4096",
    "4 KiB,4096",
    "2 MB,2097152",
    "99999999g,107374181326258176",
    "107374181326258176,107374181326258176",
    "-1,0",
    "1t,0",
    "'',0",
    "99999999999999999999,0"
  })
  void sizeIsUnderstoodOrLeavesNothingOut(String text, String meaning) {
    MinimumSizeSetting setting = new MinimumSizeSetting();
    setting.setValue(text);
    assertThat(setting.getValue()).isEqualTo(meaning);
    setting.setValue("0"); // the setting is the one of the whole process
  }

  @ParameterizedTest
  @CsvSource({
    "1 ms,1 ms",
    "2s,2 s",
    "1500 us,1500 us",
    "2000us,2 ms",
    "20 ns,20 ns",
    "0 s,0 ns",
    "999999999 s,999999999 s",
    "1 h,1 ms",
    "'',1 ms",
    "-1 ms,1 ms"
  })
  void timeIsUnderstoodOrTheDefault(String text, String meaning) {
    SlowAllocationEvent.MinimumTime setting = new SlowAllocationEvent.MinimumTime();
    setting.setValue(text);
    assertThat(setting.getValue()).isEqualTo(meaning);
    setting.setValue(setting.getValue());
    assertThat(setting.getValue()).isEqualTo(meaning);
  }

  @Test
  void severalRecordingsGetAtLeastWhatEachAskedFor() {
    assertThat(new SampleRatioSetting().combine(Set.of("1/64", "1/8"))).isEqualTo("1/8");
    assertThat(new MinimumSizeSetting().combine(Set.of("4k", "100"))).isEqualTo("100");
    assertThat(new SlowAllocationEvent.MinimumTime().combine(Set.of("2 s", "5 ms")))
        .isEqualTo("5 ms");
    BudgetsSetting budgets = new BudgetsSetting();
    assertThat(budgets.combine(Set.of("root/b,root/a", "root/c")))
        .isEqualTo("root/a,root/b,root/c");
    assertThat(budgets.combine(Set.of("root/b", "*"))).isEqualTo("*");
    assertThat(budgets.combine(Set.of("root/b", ""))).isEqualTo("*");
  }

  @ParameterizedTest
  @CsvSource({
    "root,root,true",
    "root,root/a,false",
    "root*,root/a/b,true",
    "root/?,root/a,true",
    "root/?,root/ab,false",
    "*/b,root/a/b,true",
    "'root/x,root/a',root/a,true",
    "'root/a\\,b','root/a,b',true",
    "'root/a\\,b',root/a,false",
    "root/\\*,root/*,true",
    "root/\\*,root/x,false",
    "root/a\\,root/a\\,true",
    "root/.,root/x,false",
    "*a*b*c*,root/xxaxxbxxc,true",
    "*a*b*c*,root/xxaxxcxxb,false"
  })
  void patternsOfBudgets(String patterns, String path, boolean matches) {
    BudgetPatterns parsed = BudgetPatterns.parse(patterns).orElseThrow();
    assertThat(parsed.matches(path)).isEqualTo(matches);
    assertThat(parsed.matches(path)).as("answered again").isEqualTo(matches);
    assertThat(BudgetPatterns.parse(parsed.toString()).orElseThrow().matches(path))
        .as("printed and read again")
        .isEqualTo(matches);
  }

  /** A budget's name may have a line break, and a pattern must not take for ever. */
  @Test
  void hostileNamesAndPatterns() {
    assertThat(BudgetPatterns.parse("root/*").orElseThrow().matches("root/a\nb\"c")).isTrue();
    String many = "*a".repeat(2_000) + "b";
    assertThat(BudgetPatterns.parse(many).orElseThrow().matches("a".repeat(10_000))).isFalse();
  }
}
