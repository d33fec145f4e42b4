package io.rmm.dashboards.console;

import io.rmm.dashboards.console.Reading.Budget;
import io.rmm.dashboards.console.Reading.Count;
import io.rmm.dashboards.console.Reading.Leaks;
import io.rmm.dashboards.console.Reading.Ledger;
import io.rmm.dashboards.console.Reading.Line;
import io.rmm.dashboards.console.Reading.Manager;
import io.rmm.dashboards.console.Reading.Misuse;
import io.rmm.dashboards.console.Reading.SiteUse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;

/**
 * Reads the beans of RMM in a JVM.
 *
 * <p>A bean that goes while it is read, because its manager is closed, is left out. So is a budget
 * of which there is nothing to say: one that never allocated anything.
 *
 * <p>Of thousands of budgets it reads those that use most ({@link LargestBudgets}).
 */
public final class BeanReader {

  private static final ObjectName ALL = ManagerName.pattern("io.rmm:*");
  private static final ObjectName LEDGER = ManagerName.pattern("io.rmm:type=NativeMemoryLedger");
  private static final ObjectName RUNTIME = ManagerName.pattern("java.lang:type=Runtime");
  private static final ObjectName MEMORY = ManagerName.pattern("java.lang:type=Memory");

  private final MBeanServerConnection beans;
  private final LargestBudgets largest = new LargestBudgets();

  /** Makes a reader. For one thread at a time. */
  public BeanReader(MBeanServerConnection beans) {
    this.beans = beans;
  }

  /**
   * Reads everything once.
   *
   * @throws IOException if the connection is lost
   * @throws JMException if the JVM refuses to be read
   */
  public Reading read() throws IOException, JMException {
    Map<String, Map<ManagerName, ObjectName>> byType = new HashMap<>();
    List<ObjectName> budgetNames = new ArrayList<>();
    for (ObjectName bean : beans.queryNames(ALL, null)) {
      String type = ManagerName.value(bean, "type");
      if (type.equals("Budget")) {
        budgetNames.add(bean);
      } else {
        byType.computeIfAbsent(type, _ -> new HashMap<>()).put(ManagerName.of(bean), bean);
      }
    }
    List<Manager> managers = new ArrayList<>();
    for (ManagerName name : byType.getOrDefault("MemoryManager", Map.of()).keySet()) {
      manager(name, byType).ifPresent(managers::add);
    }
    managers.sort(Comparator.comparing(Manager::name));
    List<Budget> budgets = budgets(budgetNames, managers);
    Optional<Values> runtime = Values.read(beans, RUNTIME, "Uptime");
    Values heap =
        Values.read(beans, MEMORY, "HeapMemoryUsage")
            .map(memory -> memory.composite("HeapMemoryUsage"))
            .orElse(Values.NONE);
    Optional<Ledger> ledger = ledger();
    return new Reading(
        System.nanoTime(),
        runtime.map(values -> values.number("Uptime")).orElse(0L),
        heap.number("used"),
        heap.number("committed"),
        managers,
        budgets,
        budgetNames.size(),
        ledger);
  }

  private Optional<Manager> manager(
      ManagerName name, Map<String, Map<ManagerName, ObjectName>> byType)
      throws IOException, JMException {
    Optional<Values> totals =
        read(
            name,
            byType,
            "MemoryManager",
            "Used",
            "Committed",
            "PeakUsed",
            "LiveBlocks",
            "Allocations",
            "Rejections",
            "Misuses",
            "PressureLevel",
            "SafetyMode");
    if (totals.isEmpty()) {
      return Optional.empty();
    }
    Values values = totals.get();
    Optional<Values> misuse = read(name, byType, "Misuse", "CountByKind", "Recent");
    Optional<Values> leaks =
        read(name, byType, "Leaks", "SuspectCount", "SuspectBytes", "TopSites");
    return Optional.of(
        new Manager(
            name,
            values.number("Used"),
            values.number("Committed"),
            values.number("PeakUsed"),
            values.number("LiveBlocks"),
            values.number("Allocations"),
            values.number("Rejections"),
            values.number("Misuses"),
            values.text("PressureLevel"),
            values.text("SafetyMode"),
            misuse.map(BeanReader::counts).orElse(List.of()),
            misuse.flatMap(BeanReader::latest),
            leaks.map(BeanReader::leaks),
            read(name, byType, "Tuning", "Mode").map(tuning -> tuning.text("Mode")).orElse(""),
            read(name, byType, "Exporter", "Dropped").map(exporter -> exporter.number("Dropped"))));
  }

  private Optional<Values> read(
      ManagerName name,
      Map<String, Map<ManagerName, ObjectName>> byType,
      String type,
      String... attributes)
      throws IOException, JMException {
    ObjectName bean = byType.getOrDefault(type, Map.of()).get(name);
    return bean == null ? Optional.empty() : Values.read(beans, bean, attributes);
  }

  private static List<Count> counts(Values misuse) {
    return misuse.numbers("CountByKind").entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .map(entry -> new Count(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Count::count).reversed().thenComparing(Count::kind))
        .toList();
  }

  private static Optional<Misuse> latest(Values misuse) {
    return misuse.rows("Recent").stream()
        .findFirst()
        .map(
            row ->
                new Misuse(
                    row.number("time"), row.text("kind"), row.text("budget"), row.text("detail")));
  }

  private static Leaks leaks(Values leaks) {
    return new Leaks(
        leaks.number("SuspectCount"),
        leaks.number("SuspectBytes"),
        leaks.rows("TopSites").stream()
            .map(
                row ->
                    new SiteUse(
                        row.text("site"), row.number("liveBytes"), row.number("liveBytesError")))
            .filter(site -> site.liveBytes() > 0)
            .toList());
  }

  private List<Budget> budgets(List<ObjectName> all, List<Manager> managers)
      throws IOException, JMException {
    long mostUsed = managers.stream().mapToLong(Manager::used).max().orElse(0);
    List<Budget> budgets = new ArrayList<>();
    for (ObjectName name : largest.among(beans, all, mostUsed)) {
      budget(name).ifPresent(budgets::add);
    }
    return budgets;
  }

  private Optional<Budget> budget(ObjectName name) throws IOException, JMException {
    return Values.read(beans, name, "Used", "Peak", "Limits", "Allocations", "Rejections")
        .filter(values -> values.number("Peak") > 0 || values.number("Rejections") > 0)
        .map(
            values ->
                new Budget(
                    ManagerName.of(name),
                    ManagerName.value(name, "name"),
                    values.number("Used"),
                    values.number("Peak"),
                    limit(values.composite("Limits")),
                    values.number("Allocations"),
                    values.number("Rejections")));
  }

  private static long limit(Values limits) {
    long limit = Budget.NO_LIMIT;
    for (String kind : List.of("soft", "hard")) {
      if (limits.has(kind) && limits.number(kind) != Budget.NO_LIMIT) {
        limit = limits.number(kind);
      }
    }
    return limit;
  }

  private Optional<Ledger> ledger() throws IOException, JMException {
    return Values.read(
            beans, LEDGER, "ResidentBytes", "Lines", "ContainerLimit", "Headroom", "Notes")
        .filter(values -> values.has("ResidentBytes"))
        .map(
            values ->
                new Ledger(
                    Math.max(0, values.number("ResidentBytes")),
                    known(values.number("ContainerLimit"), 0),
                    known(values.number("Headroom"), Ledger.UNKNOWN),
                    values.rows("Lines").stream()
                        .map(row -> new Line(row.text("name"), row.number("resident")))
                        .toList(),
                    values.texts("Notes")));
  }

  private static long known(long bytes, long otherwise) {
    return bytes == Budget.NO_LIMIT ? otherwise : bytes;
  }
}
