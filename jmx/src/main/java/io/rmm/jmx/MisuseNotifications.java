package io.rmm.jmx;

import static io.rmm.allocator.signal.ManagedBean.MISUSE_NOTIFICATION;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ImmutableDescriptor;
import javax.management.JMException;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import javax.management.openmbean.CompositeData;

/**
 * Sends misuses to JMX listeners, never in the thread that misused: a listener may be slow, or wait
 * for that very thread. What waits to be sent is limited; beyond that, notifications are dropped
 * and counted, and leave a gap in the sequence numbers.
 */
final class MisuseNotifications extends NotificationBroadcasterSupport {

  static final int CAPACITY = 256;

  private final ObjectName source;
  private final Executor sender;
  private final Semaphore room = new Semaphore(CAPACITY);
  private final AtomicLong sequence = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  /**
   * Makes the sender of one source.
   *
   * @param source the name of the misuse bean
   * @param sender runs what it is given later, in another thread, one after the other
   */
  MisuseNotifications(ObjectName source, Executor sender) {
    super(
        new MBeanNotificationInfo(
            new String[] {MISUSE_NOTIFICATION},
            Notification.class.getName(),
            "Memory was misused; the user data tells how, in the form of the items of Recent",
            new ImmutableDescriptor(Map.of("severity", "3"))));
    this.source = source;
    this.sender = sender;
  }

  /** Hands an incident on. */
  void send(String message, MisuseIncident incident) {
    long number = sequence.incrementAndGet();
    if (!room.tryAcquire()) {
      dropped.incrementAndGet();
      return;
    }
    sender.execute(
        () -> {
          try {
            sendNow(number, message, incident);
          } finally {
            room.release();
          }
        });
  }

  /** Returns how many were dropped. */
  long dropped() {
    return dropped.get();
  }

  private void sendNow(long number, String message, MisuseIncident incident) {
    Notification notification =
        new Notification(MISUSE_NOTIFICATION, source, number, incident.time(), message);
    notification.setUserData(openData(incident));
    sendNotification(notification);
  }

  /**
   * Turns an incident into open data. The JDK does that for records, but only on their way through
   * an MXBean, so that is the way taken; the form is thereby that of {@code Recent}.
   */
  private static CompositeData openData(MisuseIncident incident) {
    MisuseMXBean carrier =
        new MisuseMXBean() {
          @Override
          public Map<String, Long> getCountByKind() {
            return Map.of();
          }

          @Override
          public List<MisuseIncident> getRecent() {
            return List.of(incident);
          }

          @Override
          public long getNotificationsDropped() {
            return 0;
          }
        };
    try {
      Object recent = new StandardMBean(carrier, MisuseMXBean.class, true).getAttribute("Recent");
      return ((CompositeData[]) recent)[0];
    } catch (JMException e) {
      throw new AssertionError("the attribute Recent can be read", e);
    }
  }
}
