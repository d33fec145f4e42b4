package io.rmm.dashboards;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.allocator.signal.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;

/**
 * One value that a bean has for a metric, read over a plain JMX connection: what the rules for JMX
 * clients have to give.
 *
 * @param metric the metric
 * @param bean the bean's name
 * @param attributes what the bean's name does not tell of the metric's attributes: the kind of
 *     misuse, the knob, or that it is about all managers
 * @param value the value
 */
record BeanReading(Metric metric, ObjectName bean, Map<String, String> attributes, double value) {

  /** An attribute of a bean that is a number, and the metric that it is the value of. */
  private record Source(ManagedBean type, String attribute, Metric metric) {}

  private static final List<Source> NUMBERS =
      List.of(
          new Source(ManagedBean.MEMORY_MANAGER, "Requested", Metric.MEMORY_REQUESTED),
          new Source(ManagedBean.MEMORY_MANAGER, "Active", Metric.MEMORY_ACTIVE),
          new Source(ManagedBean.MEMORY_MANAGER, "Committed", Metric.MEMORY_COMMITTED),
          new Source(ManagedBean.MEMORY_MANAGER, "Reserved", Metric.MEMORY_RESERVED),
          new Source(ManagedBean.MEMORY_MANAGER, "Allocated", Metric.ALLOCATED),
          new Source(ManagedBean.MEMORY_MANAGER, "Freed", Metric.FREED),
          new Source(ManagedBean.MEMORY_MANAGER, "Allocations", Metric.ALLOCATIONS),
          new Source(ManagedBean.MEMORY_MANAGER, "Frees", Metric.FREES),
          new Source(ManagedBean.MEMORY_MANAGER, "LiveBlocks", Metric.BLOCKS_LIVE),
          new Source(ManagedBean.MEMORY_MANAGER, "OpenArenas", Metric.ARENAS_OPEN),
          new Source(ManagedBean.MEMORY_MANAGER, "Returned", Metric.RETURNED),
          new Source(ManagedBean.MEMORY_MANAGER, "SystemCalls", Metric.OS_OPERATIONS),
          new Source(ManagedBean.BUDGET, "Used", Metric.MEMORY_USED),
          new Source(ManagedBean.BUDGET, "Peak", Metric.MEMORY_PEAK),
          new Source(ManagedBean.BUDGET, "Rejections", Metric.ALLOCATION_REJECTIONS),
          new Source(ManagedBean.LEAKS, "SuspectBytes", Metric.LEAK_SUSPECTED),
          new Source(ManagedBean.TUNING, "DecisionCount", Metric.TUNING_DECISIONS),
          new Source(ManagedBean.EXPORTER, "Sent", Metric.TELEMETRY_SENT),
          new Source(ManagedBean.EXPORTER, "Dropped", Metric.TELEMETRY_DROPPED));

  /** What there is once for all managers, which stand together as {@value #ALL}. */
  private static final List<Source> OF_PROCESS =
      List.of(
          new Source(ManagedBean.NATIVE_MEMORY_LEDGER, "ResidentBytes", Metric.PROCESS_RESIDENT),
          new Source(ManagedBean.NATIVE_MEMORY_LEDGER, "ExplainedBytes", Metric.PROCESS_EXPLAINED),
          new Source(
              ManagedBean.NATIVE_MEMORY_LEDGER, "UnexplainedBytes", Metric.PROCESS_UNEXPLAINED),
          new Source(ManagedBean.NATIVE_MEMORY_LEDGER, "ContainerLimit", Metric.CONTAINER_LIMIT));

  private static final String ALL = "all";

  /** Reads the beans of all managers. */
  static List<BeanReading> all(MBeanServerConnection beans) throws Exception {
    List<BeanReading> readings = new ArrayList<>();
    for (Source source : NUMBERS) {
      for (ObjectName bean : names(beans, source.type)) {
        long value = (Long) beans.getAttribute(bean, source.attribute);
        readings.add(new BeanReading(source.metric, bean, Map.of(), value));
      }
    }
    for (Source source : OF_PROCESS) {
      for (ObjectName bean : names(beans, source.type)) {
        long value = (Long) beans.getAttribute(bean, source.attribute);
        if (value >= 0 && value < Long.MAX_VALUE) { // else unknown, or no limit
          Map<String, String> manager = Map.of(Attributes.MANAGER_NAME, ALL);
          readings.add(new BeanReading(source.metric, bean, manager, value));
        }
      }
    }
    for (ObjectName bean : names(beans, ManagedBean.BUDGET)) {
      BudgetLimits limits = limits((CompositeData) beans.getAttribute(bean, "Limits"));
      if (limits.isLimited()) {
        readings.add(new BeanReading(Metric.MEMORY_LIMIT, bean, Map.of(), limits.hard()));
      }
    }
    for (ObjectName bean : names(beans, ManagedBean.MISUSE)) {
      addRows(readings, beans, bean, "CountByKind", Metric.MISUSE, Attributes.MISUSE_KIND);
    }
    for (ObjectName bean : names(beans, ManagedBean.TUNING)) {
      addRows(readings, beans, bean, "KnobValues", Metric.TUNING_VALUE, Attributes.TUNING_KNOB);
    }
    return readings;
  }

  /** Returns a key of the bean's name as it stands there, and nothing if it has none. */
  String key(String key) {
    String value = bean.getKeyProperty(key);
    return value == null ? "" : value;
  }

  private static Set<ObjectName> names(MBeanServerConnection beans, ManagedBean type)
      throws Exception {
    return beans.queryNames(
        new ObjectName(ManagedBean.DOMAIN + ":type=" + type.type() + ",*"), null);
  }

  /** Adds the rows of a table, whose keys metrics write in small letters. */
  private static void addRows(
      List<BeanReading> readings,
      MBeanServerConnection beans,
      ObjectName bean,
      String table,
      Metric metric,
      String attribute)
      throws Exception {
    for (Object row : ((TabularData) beans.getAttribute(bean, table)).values()) {
      CompositeData entry = (CompositeData) row;
      String key = ((String) entry.get("key")).toLowerCase(Locale.ROOT);
      readings.add(
          new BeanReading(metric, bean, Map.of(attribute, key), (Long) entry.get("value")));
    }
  }

  private static BudgetLimits limits(CompositeData data) {
    return new BudgetLimits(
        (Long) data.get("minimum"), (Long) data.get("soft"), (Long) data.get("hard"));
  }
}
