package io.rmm.demo.views;

import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.demo.views.Figure.Part;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;

/** The figures that the beans of a manager show. */
final class BeanFigures {

  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  /** Figures of the total by attribute, for each bean. */
  private static final Map<ManagedBean, Map<String, String>> TOTALS =
      Map.of(
          ManagedBean.MEMORY_MANAGER,
          Map.ofEntries(
              Map.entry("Requested", "requested"),
              Map.entry("Used", "used"),
              Map.entry("Active", "active"),
              Map.entry("Committed", "committed"),
              Map.entry("Reserved", "reserved"),
              Map.entry("PeakUsed", "peakUsed"),
              Map.entry("LiveBlocks", "liveBlocks"),
              Map.entry("Allocations", "allocations"),
              Map.entry("Frees", "frees"),
              Map.entry("Allocated", "allocated"),
              Map.entry("Freed", "freed"),
              Map.entry("Rejections", "rejections"),
              Map.entry("Misuses", "misuses"),
              Map.entry("RemoteFrees", "remoteFrees"),
              Map.entry("ObservedBlocks", "observedBlocks"),
              Map.entry("OpenArenas", "openArenas"),
              Map.entry("GuardedBlocks", "guardedBlocks"),
              Map.entry("GuardBytes", "guardBytes"),
              Map.entry("Returned", "returned"),
              Map.entry("SystemCalls", "systemCalls")),
          ManagedBean.LEAKS,
          Map.of("SuspectCount", "leakSuspects", "SuspectBytes", "leakSuspectBytes"),
          ManagedBean.TUNING,
          Map.of("DecisionCount", "tuningDecisions"));

  private static final Map<String, String> OF_BUDGET =
      Map.of(
          "Used",
          "used",
          "Peak",
          "peak",
          "Rejections",
          "rejections",
          "Allocations",
          "allocations",
          "Frees",
          "frees");

  /** What beans tell. */
  static final Map<Part, Set<String>> NAMES =
      Map.of(
          Part.TOTAL,
          Stream.concat(
                  TOTALS.values().stream().flatMap(totals -> totals.values().stream()),
                  Stream.of("retainedLimit"))
              .collect(Collectors.toSet()),
          Part.BUDGET,
          Stream.concat(OF_BUDGET.values().stream(), Stream.of("minimum", "soft", "hard"))
              .collect(Collectors.toSet()),
          Part.SIZE_CLASS,
          Set.of("allocations", "frees", "usedBytes", "requestedBytes", "pageBytes", "slowPaths"),
          Part.MISUSE,
          Set.of("count"));

  private final String manager;

  BeanFigures(String manager) {
    this.manager = manager;
  }

  Map<Figure, Long> read() throws JMException {
    Map<Figure, Long> figures = new TreeMap<>();
    for (Map.Entry<ManagedBean, Map<String, String>> bean : TOTALS.entrySet()) {
      for (Map.Entry<String, String> total : bean.getValue().entrySet()) {
        figures.put(Figure.total(total.getValue()), number(name(bean.getKey()), total.getKey()));
      }
    }
    TabularData knobs = (TabularData) get(name(ManagedBean.TUNING), "KnobValues");
    figures.put(
        Figure.total("retainedLimit"),
        (Long) knobs.get(new Object[] {TuningKnob.RETAINED_BYTES.id()}).get("value"));
    ObjectName budgets = new ObjectName(name(ManagedBean.BUDGET) + ",*");
    for (ObjectName bean : SERVER.queryNames(budgets, null)) {
      addBudget(figures, bean);
    }
    for (CompositeData row :
        (CompositeData[]) get(name(ManagedBean.MEMORY_MANAGER), "SizeClasses")) {
      for (String name : NAMES.get(Part.SIZE_CLASS)) {
        figures.put(Figure.sizeClass((Long) row.get("slotBytes"), name), (Long) row.get(name));
      }
    }
    for (Object row : ((TabularData) get(name(ManagedBean.MISUSE), "CountByKind")).values()) {
      CompositeData count = (CompositeData) row;
      figures.put(Figure.misuses((String) count.get("key")), (Long) count.get("value"));
    }
    return figures;
  }

  private static void addBudget(Map<Figure, Long> figures, ObjectName bean) throws JMException {
    String name = bean.getKeyProperty("name");
    String path = name.startsWith("\"") ? ObjectName.unquote(name) : name;
    for (Map.Entry<String, String> attribute : OF_BUDGET.entrySet()) {
      figures.put(Figure.budget(path, attribute.getValue()), number(bean, attribute.getKey()));
    }
    CompositeData limits = (CompositeData) get(bean, "Limits");
    for (String limit : limits.getCompositeType().keySet()) {
      figures.put(Figure.budget(path, limit), (Long) limits.get(limit));
    }
  }

  /** Returns an attribute of a bean of which a manager has one. */
  long number(ManagedBean bean, String attribute) throws JMException {
    return number(name(bean), attribute);
  }

  private static long number(ObjectName bean, String attribute) throws JMException {
    return (Long) get(bean, attribute);
  }

  private static Object get(ObjectName bean, String attribute) throws JMException {
    return SERVER.getAttribute(bean, attribute);
  }

  private ObjectName name(ManagedBean bean) throws JMException {
    return new ObjectName(ManagedBean.DOMAIN + ":type=" + bean.type() + ",manager=" + manager);
  }
}
