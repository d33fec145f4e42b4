package io.rmm.exporter.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.allocator.signal.Metric;
import io.rmm.exporter.programs.MeterProgram;
import io.rmm.jmx.JmxView;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.management.Attribute;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The figures of the process, beside the bean that shows the same. */
@EnabledOnOs(OS.LINUX)
class ProcessMetricsTest {

  private static final String[] ATTRIBUTES = {
    "ResidentBytes", "ExplainedBytes", "UnexplainedBytes", "ContainerLimit"
  };

  private static final long NO_LIMIT = Long.MAX_VALUE;

  @Test
  void theFiguresAreThoseOfTheBean() throws Exception {
    ObjectName bean =
        new ObjectName(ManagedBean.DOMAIN + ":type=" + ManagedBean.NATIVE_MEMORY_LEDGER.type());
    try (MemoryManager manager =
            MemoryManager.builder()
                .name("figures")
                .discoverViews(false)
                .view(new JmxView())
                .build();
        ProcessMetrics process = ProcessMetrics.of(manager);
        Block block = manager.allocate(1 << 20)) {
      manager.awaitViews();
      assertThat(block.isAlive()).isTrue();
      await()
          .untilAsserted(
              () -> { // a new sample may come between the two reads
                List<Long> shown = attributes(bean);
                List<MetricPoint> expected = new ArrayList<>();
                expected.add(new MetricPoint(Metric.PROCESS_RESIDENT, "", shown.get(0)));
                expected.add(new MetricPoint(Metric.PROCESS_EXPLAINED, "", shown.get(1)));
                expected.add(new MetricPoint(Metric.PROCESS_UNEXPLAINED, "", shown.get(2)));
                if (shown.get(3) != NO_LIMIT) {
                  expected.add(new MetricPoint(Metric.CONTAINER_LIMIT, "", shown.get(3)));
                }
                assertThat(shown.getFirst()).isGreaterThan(block.byteSize());
                assertThat(process.read()).containsExactlyInAnyOrderElementsOf(expected);
              });
    }
  }

  @Test
  void withTheLedgerAProgramHasTheFigures() throws Exception {
    assertThat(run(classPath(), List.of(), "await"))
        .contains("ledger=true", "rmm.memory.used", "rmm.process.resident");
  }

  /** Who does not bring rmm-jmx has all other meters. */
  @Test
  void withoutTheLedgerAProgramHasTheOtherMeters() throws Exception {
    String ledger = location(JmxView.class);
    List<String> classPath =
        classPath().stream()
            .filter(entry -> !Path.of(entry).toAbsolutePath().toString().equals(ledger))
            .toList();

    assertThat(run(classPath, List.of()))
        .contains("ledger=false", "rmm.memory.used")
        .doesNotContain("rmm.process.resident");
  }

  /** The ledger is made of what the JVM's own beans say. */
  @Test
  void withoutTheJvmsBeansAProgramHasTheOtherMeters() throws Exception {
    List<String> options = List.of("--limit-modules=java.base,java.logging,jdk.unsupported");

    assertThat(run(classPath(), options))
        .contains("ledger=true", "rmm.memory.used")
        .doesNotContain("rmm.process.resident");
  }

  private static List<Long> attributes(ObjectName bean) throws Exception {
    return ManagementFactory.getPlatformMBeanServer()
        .getAttributes(bean, ATTRIBUTES)
        .asList()
        .stream()
        .map(Attribute::getValue)
        .map(Long.class::cast)
        .toList();
  }

  private static List<String> classPath() {
    return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
  }

  private static String run(List<String> classPath, List<String> options, String... arguments)
      throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    line.addAll(options);
    line.add("-cp");
    line.add(String.join(File.pathSeparator, classPath));
    line.add(MeterProgram.class.getName());
    line.addAll(List.of(arguments));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static String location(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
