package io.rmm.demo;

import io.rmm.allocator.signal.Attributes;
import io.rmm.allocator.signal.EventType;
import io.rmm.allocator.signal.LogEvent;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.allocator.signal.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.management.Descriptor;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import jdk.jfr.DataAmount;
import jdk.jfr.FlightRecorder;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.Timespan;
import jdk.jfr.ValueDescriptor;

/**
 * Writes docs/signals.md: from the registry the names and costs, and all else from what a running
 * program shows, namely the metadata of Flight Recorder and of the MBean server. So the page cannot
 * say what the program does not do.
 */
final class SignalsPage {

  /** The fields that every event of Flight Recorder has. */
  private static final Set<String> COMMON_FIELDS =
      Set.of("startTime", "duration", "eventThread", "stackTrace", "manager");

  private final StringBuilder page = new StringBuilder();

  private SignalsPage() {}

  /** Returns the page for the signals that {@code server} and Flight Recorder show now. */
  static String of(MBeanServer server) throws JMException {
    SignalsPage signals = new SignalsPage();
    signals.text(
        """
        # Signals

        Every signal that RMM gives, by name, with its meaning, its unit and what it costs. Made from the
        registry (`io.rmm.allocator.signal`) and from what a running program shows; a test fails when this page
        is not what it would write: `mvn -pl demo -am test -Dtest=SignalsPageTest -Dsignals.write=true`
        writes it anew.

        Bytes are bytes, times are nanoseconds unless the unit says otherwise. No signal carries an address or
        what stands in a block.
        """);
    signals.events();
    signals.beans(server);
    signals.metrics();
    signals.logEvents();
    return signals.page.toString();
  }

  // ---- Flight Recorder ----

  private void events() {
    text(
        """

        ## Flight Recorder events

        Each has `manager` besides, the name of the memory manager or other source.
        """);
    Map<String, jdk.jfr.EventType> registered =
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
            .collect(Collectors.toMap(jdk.jfr.EventType::getName, type -> type));
    for (EventType event : EventType.values()) {
      jdk.jfr.EventType type = registered.get(event.eventName());
      if (type == null) {
        throw new IllegalStateException(event.eventName() + " is not registered");
      }
      heading(event.eventName());
      line(sentence(type.getDescription()) + " Cost: " + event.cost() + ".");
      line("");
      line("Settings: " + settings(type) + ".");
      line("");
      table("field", "unit", "meaning");
      for (ValueDescriptor field : type.getFields()) {
        if (!COMMON_FIELDS.contains(field.getName())) {
          row(code(field.getName()), unit(field), meaning(field));
        }
      }
    }
  }

  private static String settings(jdk.jfr.EventType type) {
    return type.getSettingDescriptors().stream()
        .sorted(Comparator.comparing(SettingDescriptor::getName))
        .map(setting -> code(setting.getName() + "=" + setting.getDefaultValue()))
        .collect(Collectors.joining(", "));
  }

  private static String unit(ValueDescriptor field) {
    if (field.getAnnotation(DataAmount.class) != null) {
      return "bytes";
    }
    if (field.getAnnotation(Timespan.class) != null) {
      return "ns";
    }
    return switch (field.getTypeName()) {
      case "java.lang.String" -> "text";
      case "java.lang.Thread" -> "thread";
      case "boolean" -> "yes or no";
      default -> "number";
    };
  }

  private static String meaning(ValueDescriptor field) {
    return field.getDescription() == null ? field.getLabel() : field.getDescription();
  }

  // ---- JMX ----

  private void beans(MBeanServer server) throws JMException {
    text(
        """

        ## MXBeans

        In the domain `io.rmm`; `M` stands for the manager's name. A read costs a snapshot (under 100 us with 64
        thread heaps), which serves all reads within 10 ms; no thread that allocates is stopped. The ledger's
        figures are those of its latest sample, which is taken in the background ([ledger.md](ledger.md)).
        """);
    for (ManagedBean bean : ManagedBean.values()) {
      ObjectName name =
          server
              .queryNames(new ObjectName(ManagedBean.DOMAIN + ":type=" + bean.type() + ",*"), null)
              .stream()
              .sorted()
              .findFirst()
              .orElseThrow(() -> new IllegalStateException(bean.type() + " is not registered"));
      MBeanInfo info = server.getMBeanInfo(name);
      heading("type=" + bean.type());
      line(sentence(info.getDescription()));
      line("");
      // In the order of the registry; a bean's own is that of reflection, which is none.
      if (!bean.attributes().isEmpty()) {
        table("attribute", "unit", "meaning");
        Map<String, MBeanAttributeInfo> attributes =
            byName(info.getAttributes(), MBeanAttributeInfo::getName);
        bean.attributes().forEach(attribute -> attribute(attributes.get(attribute)));
      }
      if (!bean.attributes().isEmpty() && !bean.operations().isEmpty()) {
        line(""); // or the second table would be rows of the first
      }
      if (!bean.operations().isEmpty()) {
        table("operation", "impact", "meaning");
        Map<String, MBeanOperationInfo> operations =
            byName(info.getOperations(), MBeanOperationInfo::getName);
        bean.operations().forEach(operation -> operation(operations.get(operation)));
      }
      Arrays.stream(info.getNotifications()).forEach(this::notification);
    }
  }

  private static <T> Map<String, T> byName(T[] features, Function<T, String> name) {
    return Arrays.stream(features).collect(Collectors.toMap(name, Function.identity()));
  }

  private void attribute(MBeanAttributeInfo attribute) {
    row(
        code(attribute.getName()) + (attribute.isWritable() ? " (writable)" : ""),
        unit(attribute.getDescriptor()),
        attribute.getDescription());
  }

  private void operation(MBeanOperationInfo operation) {
    row(
        code(operation.getName()),
        operation.getImpact() == MBeanOperationInfo.INFO ? "reads" : "changes",
        operation.getDescription());
  }

  private void notification(MBeanNotificationInfo info) {
    for (String type : info.getNotifTypes()) {
      line("");
      line("Notification " + code(type) + ": " + sentence(info.getDescription()));
    }
  }

  private static String unit(Descriptor descriptor) {
    Object units = descriptor.getFieldValue("units");
    Object type = descriptor.getFieldValue("metricType");
    return units == null ? "" : units + (type == null ? "" : ", " + type);
  }

  // ---- OpenTelemetry and Micrometer ----

  private void metrics() {
    text(
        """

        ## Metrics

        For OpenTelemetry and Micrometer; all carry `rmm.manager.name`. An export costs one snapshot; the figures
        of the process and its container are the ledger's latest sample. How to get them, and how many series
        there are: [telemetry.md](telemetry.md).
        """);
    line("");
    table("metric", "instrument, unit", "by", "meaning");
    for (Metric metric : Metric.values()) {
      row(
          code(metric.metricName()),
          words(metric.instrument().name()) + ", " + metric.unit(),
          codes(
              metric.attributes().stream()
                  .filter(key -> !key.equals(Attributes.MANAGER_NAME))
                  .toList()),
          metric.description());
    }
  }

  private void logEvents() {
    text(
        """

        ## Log events

        Log records of OpenTelemetry with an event name.
        """);
    line("");
    List<String> names = new ArrayList<>();
    for (LogEvent event : LogEvent.values()) {
      names.add(event.eventName());
    }
    line(codes(names) + ".");
  }

  // ---- Markdown ----

  private void text(String text) {
    page.append(text);
  }

  private void line(String line) {
    page.append(line).append('\n');
  }

  private void heading(String name) {
    line("");
    line("### " + name);
    line("");
  }

  private void table(String... heads) {
    row(heads);
    row(Arrays.stream(heads).map(_ -> "---").toArray(String[]::new));
  }

  private void row(String... cells) {
    line("| " + String.join(" | ", cells) + " |");
  }

  private static String code(String text) {
    return "`" + text + "`";
  }

  private static String codes(Collection<String> names) {
    return names.stream().map(SignalsPage::code).collect(Collectors.joining(", "));
  }

  private static String words(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }
}
