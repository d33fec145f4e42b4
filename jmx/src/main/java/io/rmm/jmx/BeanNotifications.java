package io.rmm.jmx;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ImmutableDescriptor;
import javax.management.MBeanNotificationInfo;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;

/**
 * The notifications of one bean, of one type. Those that the queue of the source has no room for
 * are counted, and leave a gap in the sequence numbers, which are the bean's own.
 */
final class BeanNotifications extends NotificationBroadcasterSupport {

  /** How grave it is, as the field {@code severity} of a descriptor has it. */
  enum Severity {
    /** Something is broken. */
    MAJOR(3),
    /** Something is wrong, and nothing is broken yet. */
    MINOR(4),
    /** Something may become wrong. */
    WARNING(5),
    /** Nothing is wrong. */
    NORMAL(6);

    private final int value;

    Severity(int value) {
      this.value = value;
    }
  }

  private final ObjectName source;
  private final String type;
  private final NotificationQueue queue;
  private final AtomicLong sequence = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  /**
   * Makes the sender of one bean.
   *
   * @param source the name of the bean
   * @param type the type of all its notifications
   * @param description what they tell, without a full stop
   */
  BeanNotifications(
      ObjectName source,
      String type,
      String description,
      Severity severity,
      NotificationQueue queue) {
    super(
        NotificationQueue.EACH_BY_ITSELF,
        new MBeanNotificationInfo(
            new String[] {type},
            Notification.class.getName(),
            description,
            new ImmutableDescriptor(Map.of("severity", Integer.toString(severity.value)))));
    this.source = source;
    this.type = type;
    this.queue = queue;
  }

  /**
   * Hands a notification on.
   *
   * @param time when it happened, in milliseconds since the epoch
   * @param content what it tells; becomes the user data
   */
  void send(String message, long time, Record content) {
    long number = sequence.incrementAndGet();
    if (!queue.offer(() -> sendNow(number, message, time, content))) {
      dropped.incrementAndGet();
    }
  }

  private void sendNow(long number, String message, long time, Record content) {
    Notification notification = new Notification(type, source, number, time, message);
    notification.setUserData(OpenRecords.compositeData(content));
    sendNotification(notification);
  }

  /** Returns how many were dropped. */
  long dropped() {
    return dropped.get();
  }
}
