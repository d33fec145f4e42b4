package io.rmm.dashboards.console;

import io.rmm.dashboards.console.Reading.Budget;
import io.rmm.dashboards.console.Reading.Ledger;
import io.rmm.dashboards.console.Reading.Manager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The lines that show a reading: what the process holds, its managers, what is wrong, who holds the
 * live bytes, and the budgets. What is wrong stands above what may be long, so that a small
 * terminal never hides it.
 */
public final class Page {

  /** How a line is to look. */
  public enum Style {
    PLAIN,
    TITLE,
    ALERT
  }

  /** A line without control characters. */
  public record Line(String text, Style style) {}

  /** Columns of tables that go to no terminal. */
  private static final int TEXT_WIDTH = 100;

  private static final int MOST_MANAGERS = 8;
  private static final int MOST_SITES = 5;

  /** A site for each so many lines of the screen, so that budgets keep most of it. */
  private static final int LINES_A_SITE = 8;

  private static final int NAME_MIN = 11;
  private static final int NAME_MAX = 44;
  private static final int BAR = 10;

  private static final String SEPARATOR = ", ";
  private static final String MANAGER_ROW = " %8s %9s %8s %7s %7s %7s %7s %8s";
  private static final String BUDGET_ROW = " %8s %8s %8s %-16s %7s %7s";

  private final String title;
  private final int width;
  private final int longest;
  private final int height;
  private final int mostBudgets;
  private final Order order;

  private Page(String title, int width, int longest, int height, int mostBudgets, Order order) {
    this.title = title;
    this.width = width;
    this.longest = longest;
    this.height = height;
    this.mostBudgets = mostBudgets;
    this.order = order;
  }

  /**
   * Makes a page that fits a screen.
   *
   * @param title what is watched: the process and its program
   * @param width columns of a line; longer ones are cut
   * @param height lines to make; what does not fit is left out
   * @param order by what budgets are sorted
   */
  public static Page ofScreen(String title, int width, int height, Order order) {
    return new Page(title, width, width, height, Integer.MAX_VALUE, order);
  }

  /**
   * Makes a page of plain text, whose lines are as long as what they say.
   *
   * @param title what is watched: the process and its program
   * @param mostBudgets how many budgets to show
   * @param order by what budgets are sorted
   */
  public static Page ofText(String title, int mostBudgets, Order order) {
    return new Page(title, TEXT_WIDTH, Integer.MAX_VALUE, Integer.MAX_VALUE, mostBudgets, order);
  }

  /**
   * Returns the lines.
   *
   * @param before an earlier reading, for the rates
   */
  public List<Line> lines(Optional<Reading> before, Reading now) {
    Rates rates = new Rates(before, now);
    List<Line> lines = new ArrayList<>();
    add(
        lines,
        Style.PLAIN,
        title
            + ", up "
            + Amounts.time(Duration.ofMillis(now.uptimeMillis()))
            + ", Java heap "
            + Amounts.bytes(now.heapUsed())
            + " of "
            + Amounts.bytes(now.heapCommitted()));
    ledger(lines, now.ledger());
    managers(lines, now, rates);
    for (Manager manager : now.managers()) {
      Findings.of(manager, now.managers().size() > 1)
          .forEach(line -> add(lines, line.style(), line.text()));
    }
    Findings.state(now.managers()).ifPresent(state -> add(lines, Style.PLAIN, state));
    List<String> sites =
        Findings.sites(now.managers(), Math.clamp(height / LINES_A_SITE, 1, MOST_SITES));
    if (!sites.isEmpty()) {
      add(lines, Style.PLAIN, "BY OWNER " + Findings.owners(now.managers()));
      add(lines, Style.TITLE, "LIVE BYTES BY SITE, estimated from samples");
      sites.forEach(site -> add(lines, Style.PLAIN, site));
    }
    budgets(lines, now, rates);
    return lines;
  }

  private void ledger(List<Line> lines, Optional<Ledger> known) {
    if (known.isEmpty()) {
      add(
          lines,
          Style.PLAIN,
          "resident not available: this program has no NativeMemoryLedger bean");
      return;
    }
    Ledger ledger = known.get();
    if (ledger.resident() == 0) {
      add(lines, Style.PLAIN, "resident not available: the system does not tell");
    } else {
      add(
          lines,
          Style.PLAIN,
          "resident " + Amounts.bytes(ledger.resident()) + limit(ledger) + ", of it");
    }
    StringBuilder row = new StringBuilder();
    for (String part :
        ledger.lines().stream()
            .filter(line -> line.bytes() > 0)
            .sorted(Comparator.comparingLong(Reading.Line::bytes).reversed())
            .map(line -> Amounts.printable(line.purpose()) + " " + Amounts.bytes(line.bytes()))
            .toList()) {
      if (row.length() + part.length() + SEPARATOR.length() > width) {
        add(lines, Style.PLAIN, row.toString());
        row.setLength(0);
      }
      row.append(row.isEmpty() ? "  " : SEPARATOR).append(part);
    }
    if (!row.isEmpty()) {
      add(lines, Style.PLAIN, row.toString());
    }
    ledger.notes().forEach(note -> add(lines, Style.PLAIN, "  " + Amounts.printable(note)));
  }

  private static String limit(Ledger ledger) {
    if (ledger.limit() == 0) {
      return ", no container limit";
    }
    String left =
        ledger.headroom() == Ledger.UNKNOWN
            ? ""
            : ", " + Amounts.bytes(ledger.headroom()) + " left";
    return " of " + Amounts.bytes(ledger.limit()) + " in the container" + left;
  }

  private void managers(List<Line> lines, Reading now, Rates rates) {
    int name = nameWidth(MANAGER_ROW.formatted("", "", "", "", "", "", "", "").length());
    add(
        lines,
        Style.TITLE,
        Amounts.fit("MANAGER", name)
            + MANAGER_ROW.formatted(
                "USED",
                "COMMITTED",
                "PEAK",
                "BLOCKS",
                "ALLOC/S",
                "REFUSED",
                "MISUSES",
                "PRESSURE"));
    if (now.managers().isEmpty()) {
      add(lines, Style.PLAIN, "none is open");
    }
    for (Manager manager : now.managers().stream().limit(MOST_MANAGERS).toList()) {
      String pressure = manager.pressure().toLowerCase(Locale.ROOT);
      add(
          lines,
          pressure.equals("hard") ? Style.ALERT : Style.PLAIN,
          Amounts.fit(Amounts.printable(manager.name().toString()), name)
              + MANAGER_ROW.formatted(
                  Amounts.bytes(manager.used()),
                  Amounts.bytes(manager.committed()),
                  Amounts.bytes(manager.peak()),
                  Amounts.count(manager.liveBlocks()),
                  rate(rates.allocations(manager)),
                  Amounts.count(manager.rejections()),
                  Amounts.count(manager.misuses()),
                  pressure));
    }
    if (now.managers().size() > MOST_MANAGERS) {
      add(lines, Style.PLAIN, "and " + (now.managers().size() - MOST_MANAGERS) + " more");
    }
  }

  private void budgets(List<Line> lines, Reading now, Rates rates) {
    int name = nameWidth(BUDGET_ROW.formatted("", "", "", "", "", "").length());
    add(
        lines,
        Style.TITLE,
        Amounts.fit("BUDGET", name)
            + BUDGET_ROW.formatted("USED", "PEAK", "LIMIT", "", "ALLOC/S", "REFUSED"));
    int room = Math.clamp((long) height - lines.size() - 1, 0, mostBudgets);
    List<Budget> budgets =
        now.budgets().stream().sorted(order.comparator(rates)).limit(room).toList();
    boolean several = now.managers().size() > 1;
    for (Budget budget : budgets) {
      String path = several ? budget.manager() + ": " + budget.path() : budget.path();
      add(
          lines,
          budget.share() >= 0.9 ? Style.ALERT : Style.PLAIN,
          Amounts.fitPath(Amounts.printable(path), name)
              + BUDGET_ROW.formatted(
                  Amounts.bytes(budget.used()),
                  Amounts.bytes(budget.peak()),
                  budget.isLimited() ? Amounts.bytes(budget.limit()) : "none",
                  bar(budget),
                  rate(rates.allocations(budget)),
                  Amounts.count(budget.rejections())));
    }
    if (budgets.size() < now.budgetCount()) {
      boolean all =
          budgets.size() == now.budgets().size() && now.budgetCount() <= LargestBudgets.MOST;
      add(
          lines,
          Style.PLAIN,
          "%,d of %,d budgets, by %s%s"
              .formatted(
                  budgets.size(),
                  now.budgetCount(),
                  order.name().toLowerCase(Locale.ROOT),
                  all ? "; the others never held anything" : ""));
    }
  }

  /** Used bytes as {@code #} and their peak as {@code -} up to the limit, and the share used. */
  private static String bar(Budget budget) {
    if (!budget.isLimited()) {
      return "";
    }
    int used = filled(budget.share());
    int peak = Math.max(used, filled((double) budget.peak() / Math.max(1, budget.limit())));
    return "[%s%s%s]%3.0f%%"
        .formatted(
            "#".repeat(used),
            "-".repeat(peak - used),
            " ".repeat(BAR - peak),
            Math.min(999, budget.share() * 100));
  }

  private static int filled(double share) {
    return (int) Math.min(BAR, Math.ceil(share * BAR));
  }

  private static String rate(OptionalDouble rate) {
    return rate.isEmpty() ? "" : Amounts.count(Math.round(rate.getAsDouble()));
  }

  private int nameWidth(int others) {
    return Math.clamp(width - others, NAME_MIN, NAME_MAX);
  }

  private void add(List<Line> lines, Style style, String text) {
    if (lines.size() < height) {
      // Most texts are made printable where they are cut; whatever was forgotten is so here.
      String printable = Amounts.printable(text.stripTrailing());
      lines.add(new Line(Amounts.beginOf(printable, longest), style));
    }
  }
}
