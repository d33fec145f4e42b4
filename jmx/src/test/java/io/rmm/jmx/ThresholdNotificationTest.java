package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static io.rmm.jmx.TestBeans.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.ControlAction;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.signal.ManagedBean;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import javax.management.Attribute;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The usage threshold of a budget, in the manner of the JDK's memory pools. */
@Timeout(60)
class ThresholdNotificationTest {

  private static final long MIB = 1L << 20;

  private final BlockingQueue<Notification> received = new LinkedBlockingQueue<>();
  private final List<ControlAction> actions = new CopyOnWriteArrayList<>();
  private MemoryManager manager;
  private Budget cache;
  private ObjectName bean;

  @BeforeEach
  void open() throws Exception {
    manager =
        MemoryManager.builder()
            .name("threshold")
            .listener(
                new MemoryListener() {
                  @Override
                  public void onControl(ControlAction action) {
                    actions.add(action);
                  }
                })
            .build();
    cache = manager.rootBudget().child("cache", BudgetLimits.hard(64 * MIB));
    bean = TestBeans.budget("threshold", "root/cache");
    await().until(() -> SERVER.isRegistered(bean));
    SERVER.addNotificationListener(
        bean, (notification, handback) -> received.add(notification), null, null);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void itTellsAtTheEdgeAndAgainAfterUsageHasFallen() throws Exception {
    setThreshold(8 * MIB);
    assertThat(get(bean, "UsageThreshold")).isEqualTo(8 * MIB);
    assertThat(get(bean, "UsageThresholdExceeded")).isEqualTo(false);

    Block block = cache.allocate(8 * MIB);
    Notification first = received.take();
    assertThat(first.getType()).isEqualTo(ManagedBean.THRESHOLD_NOTIFICATION);
    assertThat(first.getSource()).isEqualTo(bean);
    assertThat(first.getSequenceNumber()).isEqualTo(1);
    CompositeData crossing = (CompositeData) first.getUserData();
    assertThat(crossing.get("budget")).isEqualTo("root/cache");
    assertThat(crossing.get("used")).isEqualTo(cache.usedBytes());
    assertThat(crossing.get("threshold")).isEqualTo(8 * MIB);
    assertThat(crossing.get("count")).isEqualTo(1L);
    assertThat(get(bean, "UsageThresholdExceeded")).isEqualTo(true);
    assertThat(get(bean, "UsageThresholdCount")).isEqualTo(1L);

    block.close();
    awaitLooks();
    Block again = cache.allocate(9 * MIB);
    assertThat(received.take().getSequenceNumber()).isEqualTo(2);
    assertThat(get(bean, "UsageThresholdCount")).isEqualTo(2L);
    awaitLooks();
    again.close();
    assertThat(received).isEmpty();
  }

  /** A budget that is new at one look has a bean, and at the next everything has been looked at. */
  private void awaitLooks() {
    for (int i = 0; i < 2; i++) {
      String name = "look " + manager.rootBudget().children().size();
      manager.rootBudget().child(name, BudgetLimits.unlimited());
      await().until(() -> SERVER.isRegistered(TestBeans.budget("threshold", "root/" + name)));
    }
  }

  @Test
  void aThresholdThatIsNoneIsRefused() throws Exception {
    setThreshold(MIB);
    assertThatThrownBy(() -> setThreshold(-1))
        .isInstanceOf(RuntimeMBeanException.class)
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> setThreshold(64 * MIB + 1))
        .hasRootCauseMessage(
            "a usage threshold is from 0 to the hard limit, 67108864, not 67108865");
    assertThat(get(bean, "UsageThreshold")).isEqualTo(MIB);
  }

  @Test
  void whoSetsItIsTold() throws Exception {
    setThreshold(MIB);
    assertThatThrownBy(() -> setThreshold(-1)).isInstanceOf(RuntimeMBeanException.class);
    assertThat(actions)
        .containsExactly(
            new ControlAction("setUsageThreshold", "budget=root/cache, bytes=1048576", "", "done"),
            new ControlAction(
                "setUsageThreshold",
                "budget=root/cache, bytes=-1",
                "",
                "refused: a usage threshold is from 0 to the hard limit, 67108864, not -1"));
  }

  private void setThreshold(long bytes) throws Exception {
    SERVER.setAttribute(bean, new Attribute("UsageThreshold", bytes));
  }
}
