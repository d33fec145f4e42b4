package io.rmm.dashboards;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.allocator.signal.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
 * @param kind the kind of misuse as metrics write it, or an empty string
 * @param value the value
 */
record BeanReading(Metric metric, ObjectName bean, String kind, long value) {

  private static final Map<Metric, String> OF_MANAGER =
      new TreeMap<>(
          Map.of(
              Metric.MEMORY_REQUESTED, "Requested",
              Metric.MEMORY_ACTIVE, "Active",
              Metric.MEMORY_COMMITTED, "Committed",
              Metric.MEMORY_RESERVED, "Reserved",
              Metric.ALLOCATED, "Allocated",
              Metric.FREED, "Freed",
              Metric.ALLOCATIONS, "Allocations",
              Metric.FREES, "Frees",
              Metric.BLOCKS_LIVE, "LiveBlocks"));

  private static final Map<Metric, String> OF_BUDGET =
      new TreeMap<>(
          Map.of(
              Metric.MEMORY_USED, "Used",
              Metric.MEMORY_PEAK, "Peak",
              Metric.ALLOCATION_REJECTIONS, "Rejections"));

  /** Reads the beans of all managers. */
  static List<BeanReading> all(MBeanServerConnection beans) throws Exception {
    List<BeanReading> readings = new ArrayList<>();
    for (ObjectName bean : names(beans, ManagedBean.MEMORY_MANAGER)) {
      addEach(readings, OF_MANAGER, beans, bean);
    }
    for (ObjectName bean : names(beans, ManagedBean.BUDGET)) {
      addEach(readings, OF_BUDGET, beans, bean);
      BudgetLimits limits = limits((CompositeData) beans.getAttribute(bean, "Limits"));
      if (limits.isLimited()) {
        readings.add(new BeanReading(Metric.MEMORY_LIMIT, bean, "", limits.hard()));
      }
    }
    for (ObjectName bean : names(beans, ManagedBean.MISUSE)) {
      for (Object row : ((TabularData) beans.getAttribute(bean, "CountByKind")).values()) {
        CompositeData count = (CompositeData) row;
        readings.add(
            new BeanReading(
                Metric.MISUSE,
                bean,
                ((String) count.get("key")).toLowerCase(Locale.ROOT),
                (Long) count.get("value")));
      }
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

  private static void addEach(
      List<BeanReading> readings,
      Map<Metric, String> attributes,
      MBeanServerConnection beans,
      ObjectName bean)
      throws Exception {
    for (Map.Entry<Metric, String> entry : attributes.entrySet()) {
      long value = (Long) beans.getAttribute(bean, entry.getValue());
      readings.add(new BeanReading(entry.getKey(), bean, "", value));
    }
  }

  private static BudgetLimits limits(CompositeData data) {
    return new BudgetLimits(
        (Long) data.get("minimum"), (Long) data.get("soft"), (Long) data.get("hard"));
  }
}
