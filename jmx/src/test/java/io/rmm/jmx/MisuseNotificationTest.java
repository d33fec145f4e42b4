package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static io.rmm.jmx.TestBeans.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.ManagedBean;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MisuseNotificationTest {

  private final BlockingQueue<Notification> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<Thread> senders = new LinkedBlockingQueue<>();

  @Test
  void aMisuseIsNotifiedWithAllThatIsKnown() throws Exception {
    try (MemoryManager manager = manager("told")) {
      SERVER.addNotificationListener(TestBeans.misuse("told"), this::receive, null, null);
      Block block = manager.allocate(100);
      Thread freer = Thread.ofPlatform().name("freer").start(block::close);
      freer.join();
      assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);

      Notification notification = received.take();
      assertThat(notification.getType()).isEqualTo(ManagedBean.MISUSE_NOTIFICATION);
      assertThat(notification.getSource()).isEqualTo(TestBeans.misuse("told"));
      assertThat(notification.getSequenceNumber()).isEqualTo(1);
      assertThat(notification.getMessage()).startsWith("DOUBLE_FREE: ");
      CompositeData incident = (CompositeData) notification.getUserData();
      assertThat(incident)
          .isEqualTo(((CompositeData[]) get(TestBeans.misuse("told"), "Recent"))[0]);
      assertThat(incident.get("kind")).isEqualTo("DOUBLE_FREE");
      assertThat(incident.get("blockSize")).isEqualTo(100L);
      assertThat((long) incident.get("slotSize")).isBetween(100L, 128L);
      assertThat(incident.get("ownerThread")).isEqualTo(Thread.currentThread().getName());
      assertThat(incident.get("freeThread")).isEqualTo("freer");
      assertThat(incident.get("threadName")).isEqualTo(Thread.currentThread().getName());
      assertThat(incident.get("mode")).isEqualTo(manager.configuration().get("safetyMode"));
      assertThat(incident.get("confidence")).isEqualTo("CERTAIN");
      assertThat(incident.get("occurrences")).isEqualTo(1L);
      assertThat(notification.getTimeStamp()).isEqualTo(incident.get("time"));
      assertThat(senders.take()).isNotEqualTo(Thread.currentThread()).matches(Thread::isDaemon);
    }
  }

  @Test
  void theBeanSaysWhatItSends() throws Exception {
    try (MemoryManager manager = manager("described")) {
      MBeanNotificationInfo[] infos =
          SERVER.getMBeanInfo(TestBeans.misuse(manager.name())).getNotifications();
      assertThat(infos).hasSize(1);
      assertThat(infos[0].getNotifTypes()).containsExactly("rmm.misuse");
      assertThat(infos[0].getDescriptor().getFieldValue("severity")).isEqualTo("3");
    }
  }

  @Test
  void aListenerThatBlocksHoldsUpNobodyAndWhatIsDroppedIsCounted() throws Exception {
    int more = 10;
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    try (MemoryManager manager = manager("blocked")) {
      SERVER.addNotificationListener(
          TestBeans.misuse("blocked"),
          (notification, handback) -> {
            blocked.countDown();
            awaitUninterruptibly(release);
            receive(notification, handback);
          },
          null,
          null);
      misuse(manager);
      blocked.await();
      // One is being sent. This thread is not held up by it.
      for (int i = 0; i < NotificationQueue.CAPACITY - 1 + more; i++) {
        misuse(manager);
      }
      assertThat(get(TestBeans.misuse("blocked"), "NotificationsDropped")).isEqualTo((long) more);
      release.countDown();
      await().until(() -> received.size() == NotificationQueue.CAPACITY);

      // There is room again; the sequence number tells how many are missing.
      misuse(manager);
      await().until(() -> received.size() == NotificationQueue.CAPACITY + 1);
      List<Long> numbers = received.stream().map(Notification::getSequenceNumber).toList();
      assertThat(numbers).isSorted();
      assertThat(numbers.getLast()).isEqualTo(NotificationQueue.CAPACITY + more + 1L);
      assertThat(get(TestBeans.misuse("blocked"), "NotificationsDropped")).isEqualTo((long) more);
    }
  }

  @Test
  void aListenerThatThrowsMissesNothing() throws Exception {
    try (MemoryManager manager = manager("thrown at")) {
      SERVER.addNotificationListener(
          TestBeans.misuse("thrown at"),
          (notification, handback) -> {
            receive(notification, handback);
            throw new IllegalStateException("deliberate");
          },
          null,
          null);
      misuse(manager);
      misuse(manager);
      await().until(() -> received.size() == 2);
    }
  }

  @Test
  void aListenerThatThrowsKeepsNothingFromTheNext() throws Exception {
    try (MemoryManager manager = manager("thrown first")) {
      SERVER.addNotificationListener(
          TestBeans.misuse("thrown first"),
          (notification, handback) -> {
            throw new AssertionError("deliberate");
          },
          null,
          null);
      SERVER.addNotificationListener(TestBeans.misuse("thrown first"), this::receive, null, null);
      misuse(manager);
      misuse(manager);
      await().until(() -> received.size() == 2);
    }
  }

  /** Each notification would else be the cause of the next, without end. */
  @Test
  void whatAListenerMisusesItselfIsCountedAndNotNotified() throws Exception {
    ObjectName bean = TestBeans.misuse("turned in");
    try (MemoryManager manager = manager("turned in")) {
      SERVER.addNotificationListener(
          bean,
          (notification, handback) -> {
            misuse(manager);
            receive(notification, handback);
          },
          null,
          null);
      misuse(manager);
      await().until(() -> received.size() == 1);
      misuse(manager);
      await().until(() -> received.size() == 2);

      assertThat(received).extracting(Notification::getSequenceNumber).containsExactly(1L, 3L);
      assertThat(get(bean, "NotificationsDropped")).isEqualTo(2L);
      assertThat(get(TestBeans.manager("turned in"), "NotificationsDropped")).isEqualTo(2L);
      assertThat((CompositeData[]) get(bean, "Recent")).hasSize(4);
    }
  }

  @Test
  void aListenerThatBlocksDoesNotKeepNewBudgetsFromBeingShown() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    try (MemoryManager manager = manager("stuck")) {
      SERVER.addNotificationListener(
          TestBeans.misuse("stuck"),
          (notification, handback) -> {
            blocked.countDown();
            awaitUninterruptibly(release);
          },
          null,
          null);
      misuse(manager);
      blocked.await();
      manager.rootBudget().child("new", BudgetLimits.unlimited());
      await().until(() -> SERVER.isRegistered(TestBeans.budget("stuck", "root/new")));
      release.countDown();
    }
  }

  @Test
  void whatIsFoundAtTheCloseIsStillNotified() throws Exception {
    MemoryManager manager = manager("closing");
    SERVER.addNotificationListener(TestBeans.misuse("closing"), this::receive, null, null);
    Block leaked = manager.allocate(100);
    manager.close();

    assertThat(leaked.isAlive()).isFalse();
    assertThat(received).isNotEmpty();
    assertThat(((CompositeData) received.take().getUserData()).get("kind")).isEqualTo("LEAK");
  }

  private void receive(Notification notification, Object handback) {
    senders.add(Thread.currentThread());
    received.add(notification);
  }

  private static void misuse(MemoryManager manager) {
    assertThatThrownBy(() -> manager.free(1)).isInstanceOf(MemoryMisuseException.class);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static MemoryManager manager(String name) {
    MemoryManager manager =
        MemoryManager.builder().name(name).safetyMode(SafetyMode.PARANOID).build();
    manager.awaitViews();
    return manager;
  }
}
