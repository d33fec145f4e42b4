package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.signal.ManagedBean;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.management.Notification;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PressureNotificationTest {

  private static final long MIB = 1L << 20;

  private final BlockingQueue<Notification> received = new LinkedBlockingQueue<>();

  @Test
  void pressureIsNotifiedWhenItComesAndWhenItGoes() throws Exception {
    try (MemoryManager manager = MemoryManager.builder().name("pressed").build()) {
      manager.awaitViews();
      TestBeans.SERVER.addNotificationListener(
          TestBeans.manager("pressed"),
          (notification, handback) -> received.add(notification),
          // The machine may be short of memory, too.
          notification -> "OWN".equals(((CompositeData) notification.getUserData()).get("cause")),
          null);
      Budget cache = manager.rootBudget().child("cache", new BudgetLimits(0, 8 * MIB, 64 * MIB));
      try (Block block = cache.allocate(10 * MIB)) {
        assertThat(block.isAlive()).isTrue();
        Notification notification = received.take();
        assertThat(notification.getType()).isEqualTo(ManagedBean.PRESSURE_NOTIFICATION);
        assertThat(notification.getMessage()).startsWith("Pressure on root/cache is SOFT: ");
        CompositeData change = (CompositeData) notification.getUserData();
        assertThat(change.get("budget")).isEqualTo("root/cache");
        assertThat(change.get("level")).isEqualTo("SOFT");
        assertThat(change.get("previousLevel")).isEqualTo("NONE");
        assertThat(change.get("used")).isEqualTo(cache.usedBytes());
        assertThat(change.get("limit")).isEqualTo(8 * MIB);
        assertThat(change.get("cause")).isEqualTo("OWN");
      }
      CompositeData end = (CompositeData) received.take().getUserData();
      assertThat(end.get("level")).isEqualTo("NONE");
      assertThat(end.get("previousLevel")).isEqualTo("SOFT");
    }
  }
}
