package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static io.rmm.jmx.TestBeans.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.ControlAction;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.TuningMode;
import io.rmm.allocator.signal.ManagedBean;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client may ask of a real manager, and what of that is told. */
class ControlBeanTest {

  private static final long MIB = 1L << 20;

  private final ObjectName bean = TestBeans.bean("asked", ManagedBean.CONTROL);
  private final List<ControlAction> actions = new CopyOnWriteArrayList<>();
  private MemoryManager manager;

  @BeforeEach
  void open() {
    System.setProperty(SourceBeans.CONTROL_ENABLED, "true");
    manager = manager(SafetyMode.STANDARD);
  }

  private MemoryManager manager(SafetyMode mode) {
    MemoryManager opened =
        MemoryManager.builder()
            .name("asked")
            .safetyMode(mode)
            .listener(
                new MemoryListener() {
                  @Override
                  public void onControl(ControlAction action) {
                    actions.add(action);
                  }
                })
            .build();
    opened.awaitViews();
    return opened;
  }

  @AfterEach
  void close() {
    System.clearProperty(SourceBeans.CONTROL_ENABLED);
    manager.close();
    assertThat(TestBeans.all()).isEmpty();
  }

  @Test
  void itIsAbsentUnlessItIsEnabled() {
    manager.close();
    for (String value : List.of("", "false", "yes")) {
      System.setProperty(SourceBeans.CONTROL_ENABLED, value);
      manager = manager(SafetyMode.STANDARD);
      assertThat(SERVER.isRegistered(bean)).isFalse();
      assertThat(SERVER.isRegistered(TestBeans.manager("asked"))).isTrue();
      manager.close();
    }
    System.clearProperty(SourceBeans.CONTROL_ENABLED);
    manager = manager(SafetyMode.STANDARD);
    assertThat(SERVER.isRegistered(bean)).isFalse();
  }

  @Test
  void purgeGivesIdleMemoryBack() throws Exception {
    manager.allocate(8 * MIB).close();
    assertThat(manager.snapshot().committedBytes()).isPositive();
    invoke("purge");
    assertThat(manager.snapshot().committedBytes()).isZero();
    assertThat(actions).containsExactly(new ControlAction("purge", "", "", "done"));
  }

  @Test
  void limitsAreSet() throws Exception {
    manager.rootBudget().child("a, \"b\"*", BudgetLimits.unlimited());
    invoke("setBudgetLimits", "root/a, \"b\"*", 1L, 2L, 3L);
    assertThat(manager.rootBudget().children().getFirst().limits())
        .isEqualTo(new BudgetLimits(1, 2, 3));
    assertThat(manager.rootBudget().limits()).isEqualTo(BudgetLimits.unlimited());
    assertThat(actions)
        .containsExactly(
            new ControlAction(
                "setBudgetLimits", "budget=root/a, \"b\"*, minimum=1, soft=2, hard=3", "", "done"));
  }

  @Test
  void limitsThatAreNoneChangeNothing() {
    BudgetLimits before = manager.rootBudget().limits();
    assertRefused(
        IllegalArgumentException.class, "limits must", "setBudgetLimits", "root", 3L, 2L, 1L);
    assertRefused(
        IllegalArgumentException.class,
        "there is no budget root/none in asked",
        "setBudgetLimits",
        "root/none",
        0L,
        1L,
        2L);
    assertThat(manager.rootBudget().limits()).isEqualTo(before);
  }

  @Test
  void aThresholdIsThatOfTheBudgetsBean() throws Exception {
    invoke("setUsageThreshold", "root", 5 * MIB);
    assertThat(get(TestBeans.budget("asked", "root"), "UsageThreshold")).isEqualTo(5 * MIB);
    assertRefused(
        IllegalArgumentException.class,
        "there is no budget root/none in asked",
        "setUsageThreshold",
        "root/none",
        1L);
    assertRefused(
        IllegalArgumentException.class, "a usage threshold is", "setUsageThreshold", "root", -1L);
    assertThat(actions)
        .extracting(ControlAction::operation)
        .containsExactly("setUsageThreshold", "setUsageThreshold", "setUsageThreshold");
  }

  @Test
  void samplingIsSetWithinBounds() throws Exception {
    assertThat(invoke("setSampling", 8192L)).isEqualTo(512L << 10);
    assertThat(manager.configuration()).containsEntry("sampleInterval", "8192");
    for (long bytes : new long[] {-1, 0, 4095, (1L << 30) + 1, Long.MAX_VALUE}) {
      assertRefused(
          IllegalArgumentException.class, "sampling is set to 4096", "setSampling", bytes);
    }
    assertThat(manager.configuration()).containsEntry("sampleInterval", "8192");
    manager.close();
    manager = manager(SafetyMode.PARANOID);
    assertRefused(IllegalStateException.class, "in mode PARANOID", "setSampling", 8192L);
  }

  @Test
  void theTunersModeIsSetIfThereIsATuner() throws Exception {
    assertRefused(IllegalStateException.class, "there is no tuner", "setTuningMode", "APPLY");
    manager.beginTuning(TuningMode.APPLY);
    assertThat(invoke("setTuningMode", "ADVISE")).isEqualTo("APPLY");
    assertThat(manager.tuningMode()).contains(TuningMode.ADVISE);
    assertRefused(
        IllegalArgumentException.class, "a tuning mode is OFF", "setTuningMode", "advise");
    assertThat(manager.tuningMode()).contains(TuningMode.ADVISE);
  }

  @Test
  void aProfileIsReturnedAsRows() throws Exception {
    manager.close();
    manager = manager(SafetyMode.PARANOID);
    try (Block live = manager.allocate(10_000)) {
      manager.allocate(50_000).close();
      CompositeData dump = (CompositeData) invoke("dumpProfile", "live");
      CompositeData[] rows = (CompositeData[]) dump.get("rows");
      assertThat(dump.get("kind")).isEqualTo("live");
      assertThat(dump.get("truncated")).isEqualTo(false);
      assertThat(rows).hasSize(1);
      assertThat(live.isAlive()).isTrue();
      assertThat(rows[0].get("bytes")).isEqualTo(manager.snapshot().usedBytes());
      assertThat(Arrays.toString((String[]) rows[0].get("frames")))
          .contains("ControlBeanTest.aProfileIsReturnedAsRows");

      CompositeData all = (CompositeData) invoke("dumpProfile", "allocated");
      CompositeData[] allRows = (CompositeData[]) all.get("rows");
      assertThat(Stream.of(allRows).mapToLong(row -> (Long) row.get("bytes")).sum())
          .isEqualTo(manager.snapshot().allocatedBytes());
    }
    assertRefused(IllegalArgumentException.class, "a profile is", "dumpProfile", "/etc/passwd");
  }

  @Test
  void whatIsToldOfAnArgumentIsLimitedAndOfOneLine() {
    assertRefused(
        IllegalArgumentException.class,
        "there is no budget",
        "setBudgetLimits",
        "line\nbreak\r" + "x".repeat(10_000),
        1L,
        2L,
        3L);
    assertThat(actions).hasSize(1);
    assertThat(actions.getFirst().arguments())
        .startsWith("budget=line break xxx")
        .hasSizeLessThan(6_000);
    assertThat(actions.getFirst().outcome())
        .startsWith("refused: there is no budget line break")
        .hasSizeLessThan(6_000);
  }

  @Test
  void operationsSayWhatTheyDoAndTakeNothingThatCouldHurt() throws Exception {
    for (MBeanOperationInfo operation : SERVER.getMBeanInfo(bean).getOperations()) {
      assertThat(operation.getDescription()).matches("[A-Z].{10,}[^.]");
      assertThat((String) operation.getDescriptor().getFieldValue("rmm.vmImpact"))
          .matches("(Low|Medium|High): [a-z].+[^.]");
      assertThat(operation.getImpact())
          .isEqualTo(
              operation.getName().equals("dumpProfile")
                  ? MBeanOperationInfo.INFO
                  : MBeanOperationInfo.ACTION);
      for (MBeanParameterInfo parameter : operation.getSignature()) {
        assertThat(parameter.getName())
            .isIn("budget", "minimum", "soft", "hard", "bytes", "mode", "kind");
        assertThat(parameter.getDescription()).matches("[A-Z1-9a-z].{5,}[^.]");
      }
    }
  }

  private Object invoke(String operation, Object... arguments) throws Exception {
    return SERVER.invoke(bean, operation, arguments, signature(arguments));
  }

  private void assertRefused(
      Class<? extends RuntimeException> type,
      String message,
      String operation,
      Object... arguments) {
    int before = actions.size();
    assertThatThrownBy(() -> invoke(operation, arguments))
        .isInstanceOf(RuntimeMBeanException.class)
        .cause()
        .isExactlyInstanceOf(type)
        .hasMessageStartingWith(message);
    assertThat(actions).hasSize(before + 1);
    assertThat(actions.getLast().operation()).isEqualTo(operation);
    assertThat(actions.getLast().outcome()).startsWith("refused: " + message);
  }

  private static String[] signature(Object... arguments) {
    return Stream.of(arguments)
        .map(argument -> argument instanceof Long ? "long" : String.class.getName())
        .toArray(String[]::new);
  }
}
