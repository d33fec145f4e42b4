package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.allocator.signal.Metric;
import io.rmm.allocator.signal.Metric.Instrument;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What the registry of signals says of the beans is what a client sees. */
class RegistryTest {

  private static final List<Arguments> SHOWN_BY_BOTH =
      List.of(
          arguments(Metric.MEMORY_REQUESTED, ManagedBean.MEMORY_MANAGER, "Requested"),
          arguments(Metric.MEMORY_USED, ManagedBean.MEMORY_MANAGER, "Used"),
          arguments(Metric.MEMORY_ACTIVE, ManagedBean.MEMORY_MANAGER, "Active"),
          arguments(Metric.MEMORY_COMMITTED, ManagedBean.MEMORY_MANAGER, "Committed"),
          arguments(Metric.MEMORY_RESERVED, ManagedBean.MEMORY_MANAGER, "Reserved"),
          arguments(Metric.MEMORY_PEAK, ManagedBean.MEMORY_MANAGER, "PeakUsed"),
          arguments(Metric.ALLOCATED, ManagedBean.MEMORY_MANAGER, "Allocated"),
          arguments(Metric.FREED, ManagedBean.MEMORY_MANAGER, "Freed"),
          arguments(Metric.ALLOCATIONS, ManagedBean.MEMORY_MANAGER, "Allocations"),
          arguments(Metric.FREES, ManagedBean.MEMORY_MANAGER, "Frees"),
          arguments(Metric.ALLOCATION_REJECTIONS, ManagedBean.MEMORY_MANAGER, "Rejections"),
          arguments(Metric.BLOCKS_LIVE, ManagedBean.MEMORY_MANAGER, "LiveBlocks"),
          arguments(Metric.ARENAS_OPEN, ManagedBean.MEMORY_MANAGER, "OpenArenas"),
          arguments(Metric.RETURNED, ManagedBean.MEMORY_MANAGER, "Returned"),
          arguments(Metric.OS_OPERATIONS, ManagedBean.MEMORY_MANAGER, "SystemCalls"),
          arguments(Metric.LEAK_SUSPECTED, ManagedBean.LEAKS, "SuspectBytes"),
          arguments(Metric.TUNING_DECISIONS, ManagedBean.TUNING, "DecisionCount"),
          arguments(Metric.PROCESS_RESIDENT, ManagedBean.NATIVE_MEMORY_LEDGER, "ResidentBytes"),
          arguments(Metric.PROCESS_EXPLAINED, ManagedBean.NATIVE_MEMORY_LEDGER, "ExplainedBytes"),
          arguments(
              Metric.PROCESS_UNEXPLAINED, ManagedBean.NATIVE_MEMORY_LEDGER, "UnexplainedBytes"),
          arguments(Metric.CONTAINER_LIMIT, ManagedBean.NATIVE_MEMORY_LEDGER, "ContainerLimit"),
          arguments(Metric.TELEMETRY_SENT, ManagedBean.EXPORTER, "Sent"),
          arguments(Metric.TELEMETRY_DROPPED, ManagedBean.EXPORTER, "Dropped"));

  /** Those that beans show as rows. */
  private static final Set<Metric> IN_NO_NUMBER =
      Set.of(Metric.MEMORY_LIMIT, Metric.MISUSE, Metric.TUNING_VALUE);

  @ParameterizedTest
  @EnumSource
  void theRegistryAndTheBeansAreOne(ManagedBean bean) throws Exception {
    System.setProperty(SourceBeans.CONTROL_ENABLED, "true");
    try (MemoryManager manager = MemoryManager.builder().name("registry").build()) {
      manager.awaitViews();
      ObjectName name =
          bean == ManagedBean.BUDGET
              ? TestBeans.budget("registry", "root")
              : TestBeans.bean("registry", bean);
      MBeanInfo info = TestBeans.SERVER.getMBeanInfo(name);

      assertThat(info.getDescription()).isEqualTo(bean.description());
      assertThat(names(info.getAttributes()))
          .containsExactlyInAnyOrderElementsOf(bean.attributes());
      assertThat(names(info.getOperations()))
          .containsExactlyInAnyOrderElementsOf(bean.operations());
      assertThat(Arrays.stream(info.getNotifications()).flatMap(n -> Stream.of(n.getNotifTypes())))
          .containsExactlyElementsOf(bean.notifications());
    } finally {
      System.clearProperty(SourceBeans.CONTROL_ENABLED);
    }
  }

  /** What a metric and an attribute both show only rises in both, or in neither. */
  @ParameterizedTest
  @FieldSource("SHOWN_BY_BOTH")
  void anAttributeIsACounterIfItsMetricIs(Metric metric, ManagedBean bean, String attribute)
      throws Exception {
    try (MemoryManager manager = MemoryManager.builder().name("registry").build()) {
      manager.awaitViews();
      ObjectName name =
          bean == ManagedBean.NATIVE_MEMORY_LEDGER
              ? new ObjectName(ManagedBean.DOMAIN + ":type=" + bean.type())
              : TestBeans.bean("registry", bean);
      MBeanFeatureInfo info =
          Arrays.stream(TestBeans.SERVER.getMBeanInfo(name).getAttributes())
              .filter(candidate -> candidate.getName().equals(attribute))
              .findFirst()
              .orElseThrow();

      assertThat(info.getDescriptor().getFieldValue("metricType"))
          .isEqualTo(metric.instrument() == Instrument.COUNTER ? "counter" : "gauge");
      assertThat("bytes".equals(info.getDescriptor().getFieldValue("units")))
          .isEqualTo(metric.unit().equals("By"));
    }
  }

  @Test
  void noMetricOfAnAttributeIsForgotten() {
    assertThat(SHOWN_BY_BOTH.stream().map(both -> both.get()[0]))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Metric.values()).filter(metric -> !IN_NO_NUMBER.contains(metric)).toList());
  }

  private static Stream<String> names(MBeanFeatureInfo[] features) {
    return Arrays.stream(features).map(MBeanFeatureInfo::getName);
  }
}
