package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static io.rmm.jmx.TestBeans.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.TuningMode;
import io.rmm.allocator.TuningOutcome;
import io.rmm.allocator.WhatIf;
import io.rmm.allocator.signal.EventType;
import io.rmm.allocator.signal.ManagedBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TuningBeanTest {

  private final ObjectName bean = TestBeans.bean("tuned", ManagedBean.TUNING);
  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager = MemoryManager.builder().name("tuned").build();
    manager.awaitViews();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void theModeIsThatOfTheTuner() throws Exception {
    assertThat(get(bean, "Mode")).isEqualTo("");
    manager.beginTuning(TuningMode.ADVISE);
    assertThat(get(bean, "Mode")).isEqualTo("ADVISE");
    manager.setTuningMode(TuningMode.OFF);
    assertThat(get(bean, "Mode")).isEqualTo("OFF");
  }

  @Test
  void aDecisionIsKeptAndNotifiedAndTheKnobShown() throws Exception {
    BlockingQueue<Notification> received = new LinkedBlockingQueue<>();
    SERVER.addNotificationListener(
        bean, (notification, handback) -> received.add(notification), null, null);
    long before = manager.knob(TuningKnob.RETAINED_BYTES);
    manager.tune(
        new TuningDecision(
            TuningKnob.RETAINED_BYTES,
            before,
            before + 4096,
            TuningDecision.Verdict.RAISED,
            "remap",
            "the figures"));

    Notification notification = received.take();
    assertThat(notification.getType()).isEqualTo(ManagedBean.TUNING_NOTIFICATION);
    CompositeData decision = (CompositeData) notification.getUserData();
    assertThat((CompositeData[]) get(bean, "Decisions")).containsExactly(decision);
    assertThat(decision.get("knob")).isEqualTo("retained_bytes");
    assertThat(decision.get("oldValue")).isEqualTo(before);
    assertThat(decision.get("newValue")).isEqualTo(before + 4096);
    assertThat(decision.get("rule")).isEqualTo("remap");
    assertThat(decision.get("mode")).isEqualTo("APPLY");
    assertThat(decision.get("verdict")).isEqualTo("RAISED");
    assertThat(decision.get("reason")).isEqualTo("the figures");
    assertThat(decision.get("predictedCost")).as("not predicted").isEqualTo(-1L);
    assertThat(decision.get("predictedBytes")).as("not predicted").isEqualTo(-1L);
    assertThat(decision.get("measuredCost")).as("not measured yet").isEqualTo(-1L);
    assertThat(decision.get("measuredBytes")).as("not measured yet").isEqualTo(-1L);
    assertThat(decision.get("outcome")).isEqualTo("");
    List<String> items = new ArrayList<>(EventType.TUNING_DECISION.fields());
    items.addAll(List.of("time", "measuredCost", "measuredBytes", "outcome"));
    assertThat(decision.getCompositeType().keySet()).containsExactlyInAnyOrderElementsOf(items);
    await()
        .untilAsserted(
            () -> {
              CompositeData[] knobs = (CompositeData[]) get(bean, "Knobs");
              assertThat(knobs).hasSize(1);
              assertThat(knobs[0].get("knob")).isEqualTo("retained_bytes");
              assertThat(knobs[0].get("value")).isEqualTo(before + 4096);
              TabularData values = (TabularData) get(bean, "KnobValues");
              assertThat(values.size()).isEqualTo(1);
              assertThat(values.get(new Object[] {"retained_bytes"}).get("value"))
                  .isEqualTo(before + 4096);
              assertThat(get(bean, "DecisionCount")).isEqualTo(1L);
            });
  }

  @Test
  void anOutcomeIsShownWithItsDecision() throws Exception {
    TuningDecision first = raised(1, new TuningEffect(10, 20));
    TuningDecision second = raised(2, new TuningEffect(30, 40));
    TuningDecision third = raised(3, TuningEffect.UNKNOWN);
    for (TuningDecision decision : List.of(first, second, third)) {
      manager.tune(decision);
    }
    manager.assess(outcome(second, new TuningEffect(31, 41), true));
    manager.assess(outcome(first, new TuningEffect(11, 21), false));
    manager.assess(outcome(raised(99, TuningEffect.UNKNOWN), new TuningEffect(0, 0), true));

    CompositeData[] rows = (CompositeData[]) get(bean, "Decisions");
    assertThat(rows).extracting(row -> row.get("oldValue")).containsExactly(3L, 2L, 1L);
    assertThat(rows).extracting(row -> row.get("predictedCost")).containsExactly(-1L, 30L, 10L);
    assertThat(rows).extracting(row -> row.get("predictedBytes")).containsExactly(-1L, 40L, 20L);
    assertThat(rows).extracting(row -> row.get("measuredCost")).containsExactly(-1L, 31L, 11L);
    assertThat(rows).extracting(row -> row.get("measuredBytes")).containsExactly(-1L, 41L, 21L);
    assertThat(rows)
        .extracting(row -> row.get("outcome"))
        .containsExactly("", "CONFIRMED", "NOT_CONFIRMED");
  }

  @Test
  void ofTwoEqualDecisionsTheLatestHasTheOutcome() throws Exception {
    manager.tune(raised(1, new TuningEffect(10, 20)));
    manager.tune(raised(1, new TuningEffect(10, 20)));
    manager.assess(outcome(raised(1, new TuningEffect(10, 20)), new TuningEffect(5, 5), true));

    assertThat((CompositeData[]) get(bean, "Decisions"))
        .extracting(row -> row.get("outcome"))
        .containsExactly("CONFIRMED", "");
  }

  @Test
  void whatATunerPredictsIsAskedWhenItIsRead() throws Exception {
    assertThat((CompositeData[]) get(bean, "WhatIf")).isEmpty();
    manager.beginTuning(
        TuningMode.APPLY,
        () ->
            List.of(
                new WhatIf(TuningKnob.RETAINED_BYTES, 8, new TuningEffect(9, 10)),
                new WhatIf(TuningKnob.RETAINED_BYTES, 16, new TuningEffect(-1, 11))));

    CompositeData[] rows = (CompositeData[]) get(bean, "WhatIf");
    assertThat(rows).extracting(row -> row.get("knob")).containsOnly("retained_bytes");
    assertThat(rows).extracting(row -> row.get("value")).containsExactly(8L, 16L);
    assertThat(rows).extracting(row -> row.get("predictedCost")).containsExactly(9L, -1L);
    assertThat(rows).extracting(row -> row.get("predictedBytes")).containsExactly(10L, 11L);

    manager.endTuning();
    assertThat((CompositeData[]) get(bean, "WhatIf")).isEmpty();
  }

  private static TuningDecision raised(long oldValue, TuningEffect predicted) {
    return new TuningDecision(
            TuningKnob.RETAINED_BYTES,
            oldValue,
            oldValue + 1,
            TuningDecision.Verdict.RAISED,
            "remap",
            "the figures")
        .predicting(predicted);
  }

  private static TuningOutcome outcome(
      TuningDecision decision, TuningEffect measured, boolean confirmed) {
    return new TuningOutcome(decision, Duration.ofMinutes(1), measured, confirmed);
  }
}
