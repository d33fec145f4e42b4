package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static io.rmm.jmx.TestBeans.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.TuningMode;
import io.rmm.allocator.signal.EventType;
import io.rmm.allocator.signal.ManagedBean;
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
    List<String> items = new ArrayList<>(EventType.TUNING_DECISION.fields());
    items.add("time");
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
}
