package io.rmm.dashboards;

import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.EventType;
import io.rmm.allocator.signal.LogEvent;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.allocator.signal.Metric;
import io.rmm.allocator.signal.Metric.Instrument;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The names that the registry allows, as OpenTelemetry writes them and as Prometheus does.
 *
 * <p>Prometheus names follow the mapping that both the OpenTelemetry exporters and Micrometer use:
 * dots become underscores, the unit is written out and appended ({@code By} is {@code bytes}), an
 * annotation unit such as {@code {block}} is left out, and a counter ends in {@code _total}.
 */
final class Vocabulary {

  /** Labels that Prometheus itself adds to every series. */
  static final Set<String> TARGET_LABELS = Set.of("job", "instance");

  private Vocabulary() {}

  static String prometheusName(Metric metric) {
    String name = metric.metricName().replace('.', '_') + unitSuffix(metric.unit());
    return metric.instrument() == Instrument.COUNTER ? name + "_total" : name;
  }

  static String prometheusLabel(String attribute) {
    return attribute.replace('.', '_');
  }

  private static String unitSuffix(String unit) {
    if (unit.startsWith("{")) {
      return "";
    }
    return switch (unit) {
      case "By" -> "_bytes";
      case "s" -> "_seconds";
      default -> throw new IllegalArgumentException("no Prometheus name known for unit " + unit);
    };
  }

  /** The labels of each metric, by its Prometheus name. */
  static Map<String, Set<String>> labelsByMetric() {
    return Arrays.stream(Metric.values())
        .collect(Collectors.toMap(Vocabulary::prometheusName, Vocabulary::labels));
  }

  private static Set<String> labels(Metric metric) {
    Set<String> labels = new HashSet<>(TARGET_LABELS);
    labels.add(prometheusLabel(Attributes.MANAGER_NAME));
    for (String attribute : metric.attributes()) {
      labels.add(prometheusLabel(attribute));
    }
    return Set.copyOf(labels);
  }

  /** The values that a label may have, for labels whose values are known. */
  static Map<String, Set<String>> labelValues() {
    return Map.of(
        prometheusLabel(Attributes.MISUSE_KIND),
        Arrays.stream(MisuseKind.values())
            .map(kind -> kind.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet()),
        prometheusLabel(Attributes.TUNING_KNOB),
        Arrays.stream(TuningKnob.values())
            .map(TuningKnob::id)
            .collect(Collectors.toUnmodifiableSet()));
  }

  /** Names with dots: metrics, attributes, Flight Recorder and log events, notifications. */
  static Set<String> dottedNames() {
    Set<String> names = new TreeSet<>(attributes());
    for (Metric metric : Metric.values()) {
      names.add(metric.metricName());
    }
    for (EventType event : EventType.values()) {
      names.add(event.eventName());
    }
    for (LogEvent event : LogEvent.values()) {
      names.add(event.eventName());
    }
    for (ManagedBean bean : ManagedBean.values()) {
      names.addAll(bean.notifications());
    }
    return names;
  }

  /** The types of the MXBeans. */
  static Set<String> beanTypes() {
    return Arrays.stream(ManagedBean.values())
        .map(ManagedBean::type)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static List<String> attributes() {
    return Arrays.stream(Attributes.class.getFields())
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .map(Vocabulary::constant)
        .filter(value -> !value.equals(Attributes.SCOPE))
        .toList();
  }

  private static String constant(Field field) {
    try {
      return String.valueOf(field.get(null));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
