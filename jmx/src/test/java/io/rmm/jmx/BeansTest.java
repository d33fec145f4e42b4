package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static io.rmm.jmx.TestBeans.budget;
import static io.rmm.jmx.TestBeans.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import io.rmm.allocator.signal.ManagedBean;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The beans of a real manager in the platform's MBean server. */
class BeansTest {

  private static final long MIB = 1L << 20;

  private static final Object[] UNITS = {
    "bytes",
    "blocks",
    "allocations",
    "frees",
    "rejections",
    "misuses",
    "notifications",
    "crossings",
    "decisions",
    "events",
    "exports",
    "milliseconds",
    "nanoseconds",
    "arenas",
    "calls"
  };

  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager =
        MemoryManager.builder()
            .name("shop")
            .safetyMode(SafetyMode.PARANOID)
            .limits(new BudgetLimits(0, 8 * MIB, 64 * MIB))
            .build();
    manager.awaitViews();
  }

  @AfterEach
  void close() {
    manager.close();
    assertThat(TestBeans.all()).isEmpty();
  }

  @Test
  void theTotalsAreThoseOfTheSnapshot() throws Exception {
    manager.allocate(70_000).close();
    assertThatThrownBy(() -> manager.free(1)).isInstanceOf(MemoryMisuseException.class);
    assertThatThrownBy(() -> manager.allocate(65 * MIB))
        .isInstanceOf(AllocationRejectedException.class);
    try (Block live = manager.allocate(3000)) {
      assertThat(live.isAlive()).isTrue();
      MemorySnapshot snapshot = manager.snapshot();
      Map<String, Object> expected = new LinkedHashMap<>();
      expected.put("Requested", snapshot.requestedBytes());
      expected.put("Used", snapshot.usedBytes());
      expected.put("Active", snapshot.activeBytes());
      expected.put("Committed", snapshot.committedBytes());
      expected.put("Reserved", snapshot.reservedBytes());
      expected.put("PeakUsed", snapshot.peakUsedBytes());
      expected.put("LiveBlocks", 1L);
      expected.put("Allocations", 2L);
      expected.put("Frees", 1L);
      expected.put("Allocated", snapshot.allocatedBytes());
      expected.put("Freed", snapshot.freedBytes());
      expected.put("Rejections", 1L);
      expected.put("Misuses", 1L);
      expected.put("RemoteFrees", snapshot.remoteFrees());
      expected.put("ObservedBlocks", 1L);

      // The beans may show what they were asked 10 ms before.
      await()
          .untilAsserted(
              () ->
                  assertThat(attributes(TestBeans.manager("shop"), expected.keySet()))
                      .isEqualTo(expected));
      assertThat(expected.keySet())
          .containsExactlyElementsOf(
              EventType.MANAGER_STATISTICS.fields().stream().map(BeansTest::capital).toList());
    }
  }

  @Test
  void whatGoesBesideTheTotalsIsTheSnapshotsToo() throws Exception {
    manager.allocate(3 * MIB).close();
    manager.purge();
    try (Arena arena = manager.openConfinedArena();
        Block guarded = manager.allocate(100)) {
      assertThat(arena.allocate(100).byteSize()).isEqualTo(100);
      assertThat(guarded.isAlive()).isTrue();
      await()
          .untilAsserted(
              () -> {
                MemorySnapshot snapshot = manager.snapshot();
                Map<String, Object> expected = new LinkedHashMap<>();
                expected.put("OpenArenas", 1L);
                expected.put("GuardedBlocks", 1L);
                expected.put("GuardBytes", snapshot.guardBytes());
                expected.put("Returned", snapshot.returnedBytes());
                expected.put("SystemCalls", snapshot.systemCalls());
                assertThat(attributes(TestBeans.manager("shop"), expected.keySet()))
                    .isEqualTo(expected);
              });
      assertThat(manager.snapshot().returnedBytes()).isPositive();
      assertThat(manager.snapshot().systemCalls()).isPositive();
      assertThat(manager.snapshot().guardBytes()).isPositive();
    }
  }

  @Test
  void versionModeAndPageSourceAreThoseOfTheConfiguration() throws Exception {
    assertThat(get(TestBeans.manager("shop"), "PageSource"))
        .isEqualTo(manager.configuration().get("pageSource"))
        .isIn("linux", "portable");
    assertThat(get(TestBeans.manager("shop"), "SafetyMode")).isEqualTo("PARANOID");
    assertThat(get(TestBeans.manager("shop"), "Version"))
        .isEqualTo(manager.configuration().get("version"))
        .isNotEqualTo("");
  }

  @Test
  void pressureFollowsTheLimitsOfTheRoot() throws Exception {
    awaitPressure("NONE");
    try (Block soft = manager.allocate(8 * MIB)) {
      assertThat(soft.isAlive()).isTrue();
      awaitPressure("SOFT");
      manager.rootBudget().setLimits(new BudgetLimits(0, MIB, 2 * MIB));
      awaitPressure("HARD");
    }
    awaitPressure("NONE");
  }

  private static void awaitPressure(String level) {
    await()
        .untilAsserted(
            () -> assertThat(get(TestBeans.manager("shop"), "PressureLevel")).isEqualTo(level));
  }

  @Test
  void sizeClassesAreRows() throws Exception {
    try (Block block = manager.allocate(100)) {
      assertThat(block.isAlive()).isTrue();
      MemorySnapshot.SizeClassUsage usage = manager.snapshot().sizeClasses().getFirst();
      await()
          .untilAsserted(
              () -> {
                CompositeData[] rows =
                    (CompositeData[]) get(TestBeans.manager("shop"), "SizeClasses");
                assertThat(rows).hasSize(1);
                assertThat(items(rows[0]))
                    .containsOnly(
                        entry("slotBytes", usage.slotBytes()),
                        entry("allocations", 1L),
                        entry("frees", 0L),
                        entry("usedBytes", usage.usedBytes()),
                        entry("pageBytes", usage.pageBytes()),
                        entry("requestedBytes", 100L),
                        entry("slowPaths", usage.slowPaths()));
              });
    }
  }

  @Test
  void aBudgetIsShownSoonAfterItsCreation() throws Exception {
    assertThat(SERVER.isRegistered(budget("shop", "root"))).isTrue();
    Budget cache = manager.rootBudget().child("cache", new BudgetLimits(MIB, 2 * MIB, 4 * MIB));
    try (Block block = cache.allocate(5000)) {
      assertThat(block.isAlive()).isTrue();
      assertThatThrownBy(() -> cache.allocate(5 * MIB))
          .isInstanceOf(AllocationRejectedException.class);
      ObjectName bean = budget("shop", "root/cache");
      await().until(() -> SERVER.isRegistered(bean));

      await().untilAsserted(() -> assertThat(get(bean, "Rejections")).isEqualTo(1L));
      assertThat(get(bean, "Used")).isEqualTo(cache.usedBytes());
      assertThat(get(bean, "Peak")).isEqualTo(cache.peakBytes());
      assertThat(get(bean, "Allocations")).isEqualTo(1L);
      assertThat(get(bean, "Frees")).isEqualTo(0L);
      assertThat(items((CompositeData) get(bean, "Limits")))
          .containsOnly(entry("minimum", MIB), entry("soft", 2 * MIB), entry("hard", 4 * MIB));
    }
  }

  @ParameterizedTest
  @FieldSource("io.rmm.jmx.BeanNamesTest#HOSTILE")
  void budgetsOfAnyNameAreShown(String name) {
    manager.rootBudget().child(name, BudgetLimits.hard(MIB));
    await()
        .until(
            () ->
                TestBeans.all().stream()
                    .filter(bean -> bean.getKeyProperty("type").equals("Budget"))
                    .map(bean -> bean.getKeyProperty("name"))
                    .map(path -> path.startsWith("\"") ? ObjectName.unquote(path) : path)
                    .anyMatch(("root/" + name)::equals));
  }

  @Test
  void misusesAreCountedByKindAndKept() throws Exception {
    ObjectName bean = TestBeans.misuse("shop");
    Block block = manager.allocate(100);
    block.close();
    assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
    for (int i = 0; i < Recent.CAPACITY + 5; i++) {
      assertThatThrownBy(() -> manager.free(1)).isInstanceOf(MemoryMisuseException.class);
    }

    await()
        .untilAsserted(
            () -> {
              TabularData counts = (TabularData) get(bean, "CountByKind");
              assertThat(counts.size()).isEqualTo(MisuseKind.values().length);
              assertThat(counts.get(new Object[] {"DOUBLE_FREE"}).get("value")).isEqualTo(1L);
              assertThat(counts.get(new Object[] {"INVALID_FREE"}).get("value"))
                  .isEqualTo(Recent.CAPACITY + 5L);
              assertThat(counts.get(new Object[] {"OVERRUN"}).get("value")).isEqualTo(0L);
            });
    CompositeData[] recent = (CompositeData[]) get(bean, "Recent");
    assertThat(recent)
        .hasSize(Recent.CAPACITY)
        .allMatch(incident -> incident.get("kind").equals("INVALID_FREE"));
  }

  @Test
  void anIncidentTellsWhatTheReportTells() throws Exception {
    Block block = manager.allocate(100);
    long id = block.id();
    block.close();
    assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);

    CompositeData incident = ((CompositeData[]) get(TestBeans.misuse("shop"), "Recent"))[0];
    List<String> fields =
        EventType.MISUSE.fields().stream().filter(field -> !field.equals("suppressed")).toList();
    assertThat(incident.getCompositeType().keySet())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(fields.stream(), Stream.of("time")).toList());
    assertThat(incident.get("kind")).isEqualTo("DOUBLE_FREE");
    assertThat(incident.get("budget")).isEqualTo("root");
    assertThat(incident.get("allocationId")).isEqualTo(id);
    assertThat(incident.get("blockSize")).isEqualTo(100L);
    assertThat((Long) incident.get("age")).isPositive();
    assertThat((Long) incident.get("time")).isLessThanOrEqualTo(System.currentTimeMillis());
    assertThat(incident.get("threadName")).isEqualTo(Thread.currentThread().getName());
    for (String site : List.of("allocationSite", "freeSite", "detectionSite")) {
      assertThat((String) incident.get(site)).contains("anIncidentTellsWhatTheReportTells");
    }
  }

  @ParameterizedTest
  @MethodSource("beans")
  void everyAttributeIsDescribedAndOpen(ObjectName bean) throws Exception {
    MBeanInfo info = SERVER.getMBeanInfo(bean);
    assertThat(info.getDescription()).matches("[A-Z][^.]{5,}");
    // What changes something is at the bean for that.
    assertThat(info.getOperations())
        .allSatisfy(
            operation -> {
              assertThat(operation.getImpact()).isEqualTo(MBeanOperationInfo.INFO);
              assertThat(operation.getDescription()).matches("[A-Z].{10,}[^.]");
              assertThat(operation.getDescriptor().getFieldValue("rmm.vmImpact"))
                  .asString()
                  .startsWith("Low: ");
            });
    assertThat(info.getNotifications())
        .hasSize(bean.equals(TestBeans.LEDGER) ? 0 : 1)
        .allSatisfy(sent -> assertThat(sent.getDescription()).matches("[A-Z].{10,}[^.]"));
    for (MBeanAttributeInfo attribute : info.getAttributes()) {
      assertThat(attribute.isWritable()).isEqualTo(attribute.getName().equals("UsageThreshold"));
      assertThat(attribute.getDescription()).as(attribute.getName()).matches("[A-Z].{10,}[^.]");
      OpenType<?> type = (OpenType<?>) attribute.getDescriptor().getFieldValue("openType");
      Object value = get(bean, attribute.getName());
      assertThat(type.isValue(value)).as("%s is %s", attribute.getName(), value).isTrue();
      if (value instanceof Long) {
        assertThat(attribute.getDescriptor().getFieldValue("units")).isIn(UNITS);
        assertThat(attribute.getDescriptor().getFieldValue("metricType")).isIn("gauge", "counter");
      }
    }
  }

  static Stream<ObjectName> beans() {
    return Stream.concat(
        Stream.of(budget("shop", "root")),
        Arrays.stream(ManagedBean.values())
            .filter(bean -> bean != ManagedBean.BUDGET && bean != ManagedBean.CONTROL)
            .map(bean -> TestBeans.bean("shop", bean)));
  }

  @Test
  void anUnknownAttributeIsRefused() {
    assertThatThrownBy(() -> get(TestBeans.manager("shop"), "Retained"))
        .isInstanceOf(AttributeNotFoundException.class);
  }

  @Test
  void oneCallIsAnsweredFromOneSnapshot() throws Exception {
    String[] names = {"Frees", "LiveBlocks", "Allocations"};
    Thread busy =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!Thread.currentThread().isInterrupted()) {
                    manager.allocate(64).close();
                  }
                });
    try {
      for (int i = 0; i < 2_000; i++) {
        Map<String, Object> values = attributes(TestBeans.manager("shop"), Arrays.asList(names));
        assertThat((Long) values.get("Allocations") - (Long) values.get("Frees"))
            .isEqualTo(values.get("LiveBlocks"));
      }
    } finally {
      busy.interrupt();
      busy.join();
    }
  }

  private static Map<String, Object> attributes(ObjectName bean, Collection<String> names)
      throws Exception {
    AttributeList values = SERVER.getAttributes(bean, names.toArray(String[]::new));
    Map<String, Object> byName = new LinkedHashMap<>();
    for (Attribute attribute : values.asList()) {
      byName.put(attribute.getName(), attribute.getValue());
    }
    return byName;
  }

  private static Map<String, Object> items(CompositeData data) {
    Map<String, Object> items = new LinkedHashMap<>();
    for (String key : data.getCompositeType().keySet()) {
      items.put(key, data.get(key));
    }
    return items;
  }

  private static String capital(String field) {
    return Character.toUpperCase(field.charAt(0)) + field.substring(1);
  }
}
