package io.rmm.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.dashboards.console.Page.Line;
import io.rmm.dashboards.console.Page.Style;
import io.rmm.dashboards.console.Reading.Budget;
import io.rmm.dashboards.console.Reading.Count;
import io.rmm.dashboards.console.Reading.Leaks;
import io.rmm.dashboards.console.Reading.Ledger;
import io.rmm.dashboards.console.Reading.Manager;
import io.rmm.dashboards.console.Reading.Misuse;
import io.rmm.dashboards.console.Reading.SiteUse;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PageTest {

  private static final ManagerName NAME = new ManagerName("orders", 1);
  private static final long SECOND = 1_000_000_000;

  private static Budget budget(String path, long used, long peak, long limit, long allocations) {
    return new Budget(NAME, path, used, peak, limit, allocations, 0);
  }

  private static Manager manager(ManagerName name, long allocations) {
    return new Manager(
        name,
        1 << 20,
        2 << 20,
        3 << 20,
        4,
        allocations,
        0,
        2,
        "HARD",
        "STANDARD",
        List.of(new Count("DOUBLE_FREE", 2)),
        Optional.of(new Misuse(0, "DOUBLE_FREE", "root/a", "a detail\u001b[2J")),
        Optional.of(
            new Leaks(
                1,
                2_048,
                List.of(
                    new SiteUse("a < b < c < d", 4_096, 512),
                    new SiteUse(
                        "java.nio.B.take(B.java:1) < io.netty.C.take(C.java:2)", 1_024, 0)))),
        "APPLY",
        Optional.of(7L));
  }

  private static Reading reading(long nanoTime, List<Manager> managers, List<Budget> budgets) {
    return new Reading(
        nanoTime,
        61_000,
        0,
        0,
        managers,
        budgets,
        budgets.size(),
        Optional.of(
            new Ledger(
                3 << 20,
                4 << 20,
                1 << 20,
                List.of(new Reading.Line("gc", 1 << 20), new Reading.Line("java heap", 2 << 20)),
                List.of("tracking is off"))));
  }

  private static List<String> text(Optional<Reading> before, Reading now) {
    return Page.ofText("process 1", 20, Order.USED).lines(before, now).stream()
        .map(Line::text)
        .toList();
  }

  @Test
  void saysEverything() {
    Reading now =
        reading(
            SECOND,
            List.of(manager(NAME, 0)),
            List.of(
                budget("root", 900, 1_000, 1_000, 5), budget("root/a", 1, 2, Long.MAX_VALUE, 0)));
    assertThat(text(Optional.empty(), now))
        .contains(
            "process 1, up 1 min 1 s, Java heap 0 B of 0 B",
            "resident 3.0 MiB of 4.0 MiB in the container, 1.0 MiB left, of it",
            "  java heap 2.0 MiB, gc 1.0 MiB",
            "  tracking is off",
            "leaks    1 block that nobody can free, standing for 2.0 KiB",
            "BY OWNER unknown 4.0 KiB, netty 1.0 KiB",
            "state    safety standard, tuner apply, 7 events of telemetry lost",
            "  4.0 KiB \u00b1 512 B     a < b < c < \u2026")
        .anySatisfy(
            line -> assertThat(line).matches("orders +1\\.0 MiB +2\\.0 MiB +3\\.0 MiB .*hard"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("misuse   DOUBLE_FREE 2; last ")
                    .endsWith("DOUBLE_FREE in root/a: a detail?[2J"))
        .anySatisfy(
            line -> assertThat(line).matches("root +900 B +1000 B +1000 B \\[#########-] 90% +0"))
        .anySatisfy(line -> assertThat(line).matches("root/a +1 B +2 B +none +0"));
  }

  @Test
  void ratesNeedTwoReadingsOfTheSameBudget() {
    Reading before =
        reading(
            0,
            List.of(manager(NAME, 100)),
            List.of(budget("root/a", 1, 1, 1, 10), budget("root/fell", 1, 1, 1, 10)));
    Reading now =
        reading(
            2 * SECOND,
            List.of(manager(NAME, 300)),
            List.of(
                budget("root/a", 1, 1, 1, 50),
                budget("root/fell", 1, 1, 1, 9),
                budget("root/new", 1, 1, 1, 50)));
    assertThat(text(Optional.of(before), now))
        .anySatisfy(line -> assertThat(line).matches("root/a .*\\] *100% +20 +0"))
        .anySatisfy(line -> assertThat(line).matches("root/fell .*\\] *100% +0"))
        .anySatisfy(line -> assertThat(line).matches("root/new .*\\] *100% +0"))
        .anySatisfy(line -> assertThat(line).matches("orders .* 4 +100 +0 +2 +hard"));
  }

  /** Whatever the size: no line too long and none too many, and the misuse is there. */
  @ParameterizedTest
  @CsvSource({"80, 24", "20, 10", "200, 60", "1, 1", "80, 2"})
  void fitsTheScreen(int width, int height) {
    Reading now =
        reading(
            SECOND,
            List.of(manager(NAME, 0), manager(new ManagerName("orders", 2), 0)),
            IntStream.range(0, 100).mapToObj(i -> budget("root/" + i, i, i, 100, i)).toList());
    List<Line> lines =
        Page.ofScreen("process 1", width, height, Order.USED).lines(Optional.empty(), now);
    assertThat(lines).hasSizeLessThanOrEqualTo(height);
    assertThat(lines).allSatisfy(line -> assertThat(line.text()).hasSizeLessThanOrEqualTo(width));
    if (height >= 10) {
      assertThat(lines)
          .anySatisfy(
              line -> {
                assertThat(line.style()).isEqualTo(Style.ALERT);
                assertThat(line.text()).startsWith("misuse ");
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void budgetsComeInTheOrderThatIsAskedFor(Order order) {
    Reading before =
        reading(0, List.of(), List.of(budget("a", 0, 0, 0, 0), budget("b", 0, 0, 0, 0)));
    Budget least = new Budget(NAME, "b", 1, 1, 10_000, 1, 1);
    Budget most = new Budget(NAME, "a", 10, 20, 10, 100, 2);
    Reading now = reading(SECOND, List.of(), List.of(least, most));
    assertThat(now.budgets().stream().sorted(order.comparator(new Rates(Optional.of(before), now))))
        .containsExactly(most, least);
    assertThat(Order.ofKey(order.key())).contains(order);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1024 | 0    | -1  | resident 1.0 KiB, no container limit, of it
          1024 | 2048 | 512 | resident 1.0 KiB of 2.0 KiB in the container, 512 B left, of it
          1024 | 2048 | -1  | resident 1.0 KiB of 2.0 KiB in the container, of it
          0    | 0    | -1  | resident not available: the system does not tell
          """)
  void saysOfTheLedgerWhatIsKnown(long resident, long limit, long headroom, String line) {
    Ledger ledger = new Ledger(resident, limit, headroom, List.of(), List.of("a note"));
    Reading now = new Reading(0, 0, 0, 0, List.of(), List.of(), 0, Optional.of(ledger));
    assertThat(text(Optional.empty(), now)).containsSubsequence(line, "  a note");
  }

  @Test
  void saysWhatIsNotThere() {
    Reading bare = new Reading(0, 0, 0, 0, List.of(), List.of(), 0, Optional.empty());
    assertThat(text(Optional.empty(), bare))
        .contains(
            "resident not available: this program has no NativeMemoryLedger bean", "none is open");
  }
}
