package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.signal.ManagedBean;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanInfo;
import javax.management.ObjectName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the registry of signals says of the beans is what a client sees. */
class RegistryTest {

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

  private static Stream<String> names(MBeanFeatureInfo[] features) {
    return Arrays.stream(features).map(MBeanFeatureInfo::getName);
  }
}
