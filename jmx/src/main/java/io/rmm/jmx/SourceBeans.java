package io.rmm.jmx;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.log.Log;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.jmx.BeanNotifications.Severity;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.NotificationBroadcasterSupport;
import javax.management.NotificationEmitter;

/**
 * The beans of one source, from its attachment to its close.
 *
 * <p>A source does not tell when a budget is created, or comes to a threshold that only this view
 * knows; and a client that lists names calls nothing of ours. So one daemon thread per source looks
 * at the snapshot once a second: for new budgets, whose beans appear up to a second after them, for
 * thresholds, and for what exporters have dropped. Looking when a bean is read was the other way:
 * it makes a read register beans, and a client that only lists names would never see any.
 *
 * <p>Notifications are sent by a thread of their own, see {@link NotificationQueue}: a JMX listener
 * that blocks does not hold up the look.
 */
final class SourceBeans implements AutoCloseable {

  /** The beans that can change something are there only if this system property is true. */
  static final String CONTROL_ENABLED = "rmm.control.enabled";

  private static final NotificationEmitter NO_NOTIFICATIONS = new NotificationBroadcasterSupport();

  private final MemorySource source;
  private final Registrations registrations;
  private final NotificationQueue queue;
  private final Snapshots snapshots;
  private final List<MemoryListener> listeners = new ArrayList<>();
  private final ScheduledThreadPoolExecutor looker;
  private final BeanNames names;
  private final BudgetBeans budgets;
  private final ExporterBean exporter;

  private SourceBeans(MemorySource source, Registrations registrations, NotificationQueue queue)
      throws JMException {
    this.source = source;
    this.registrations = registrations;
    this.queue = queue;
    this.snapshots = new Snapshots(source, System::nanoTime);
    this.names = registerManager();
    Audit audit = new Audit(source);
    this.budgets = new BudgetBeans(snapshots, registrations, names, audit, queue);

    BeanNotifications misuses =
        notifications(
            ManagedBean.MISUSE,
            "Memory was misused; the user data tells how, in the form of the items of Recent",
            Severity.MAJOR);
    MisuseBean misuse = new MisuseBean(snapshots, misuses);
    register(ManagedBean.MISUSE, misuse, MisuseMXBean.class, misuses);
    listeners.add(misuse);

    BeanNotifications suspects =
        notifications(
            ManagedBean.LEAKS,
            "A block can no longer be freed; the user data has the form of the items of Suspects",
            Severity.MINOR);
    LeaksBean leaks = new LeaksBean(source, snapshots, suspects);
    register(ManagedBean.LEAKS, leaks, LeaksMXBean.class, suspects);
    listeners.add(leaks);

    BeanNotifications decisions =
        notifications(
            ManagedBean.TUNING,
            "A tuner decided about a setting; the user data has the form of the items of Decisions",
            Severity.NORMAL);
    TuningBean tuning = new TuningBean(source, snapshots, decisions);
    register(ManagedBean.TUNING, tuning, TuningMXBean.class, decisions);
    listeners.add(tuning);

    BeanNotifications drops =
        notifications(
            ManagedBean.EXPORTER,
            "Exporters have begun to drop events; the user data tells how many, and why",
            Severity.WARNING);
    this.exporter = new ExporterBean(source, drops);
    register(ManagedBean.EXPORTER, exporter, ExporterMXBean.class, drops);

    if (Boolean.getBoolean(CONTROL_ENABLED)) {
      ControlBean control = new ControlBean(source, audit, budgets::find);
      register(ManagedBean.CONTROL, control, ControlMXBean.class, NO_NOTIFICATIONS);
    }
    budgets.registerNew();
    this.looker = newLooker(source.name());
  }

  /**
   * Registers the beans of {@code source}, or, if one cannot be, none.
   *
   * @throws IllegalStateException if a bean cannot be registered
   */
  static SourceBeans register(MBeanServer server, MemorySource source) {
    Registrations registrations = new Registrations(server);
    NotificationQueue queue = new NotificationQueue(source.name());
    try {
      SourceBeans beans = new SourceBeans(source, registrations, queue);
      beans.listeners.forEach(source::addListener);
      ScheduledFuture<?> _ =
          beans.looker.scheduleWithFixedDelay(beans::look, 1, 1, TimeUnit.SECONDS);
      return beans;
    } catch (JMException | RuntimeException e) {
      queue.close();
      registrations.close();
      throw new IllegalStateException("The MXBeans of " + source.name() + " are not registered", e);
    }
  }

  /** Sends what waits to be sent, for a second at most, and takes the beans out. */
  @Override
  public void close() {
    listeners.forEach(source::removeListener);
    looker.shutdown();
    queue.close();
    registrations.close();
  }

  private BeanNotifications notifications(ManagedBean bean, String description, Severity severity)
      throws JMException {
    return new BeanNotifications(
        names.of(bean), bean.notifications().getFirst(), description, severity, queue);
  }

  private <T> void register(
      ManagedBean type, T bean, Class<T> mxBean, NotificationEmitter notifications)
      throws JMException {
    registrations.register(names.of(type), new OpenBean(bean, mxBean, notifications, snapshots));
  }

  /** Registers the source's own bean under the first name that is free, and returns the names. */
  private BeanNames registerManager() throws JMException {
    for (int instance = 1; ; instance++) {
      BeanNames candidate = new BeanNames(source.name(), instance);
      BeanNotifications changes =
          new BeanNotifications(
              candidate.of(ManagedBean.MEMORY_MANAGER),
              ManagedBean.PRESSURE_NOTIFICATION,
              "Memory got short or is no longer; the user data tells where, and how much there is",
              Severity.WARNING,
              queue);
      ManagerBean bean = new ManagerBean(source, snapshots, changes, queue);
      try {
        registrations.register(
            candidate.of(ManagedBean.MEMORY_MANAGER),
            new OpenBean(bean, MemoryManagerMXBean.class, changes, snapshots));
        listeners.add(bean);
        return candidate;
      } catch (InstanceAlreadyExistsException e) {
        // another source has this name; the next instance number may be free
      }
    }
  }

  /** An error would end the looking for good, as an exception would. */
  private void look() {
    try {
      lookNow();
    } catch (OutOfMemoryError | StackOverflowError e) {
      // There may be room for it next time.
    }
  }

  private void lookNow() {
    try {
      budgets.registerNew();
    } catch (JMException | RuntimeException e) {
      Log.logger("io.rmm.jmx")
          .log(Level.WARNING, "A budget of " + source.name() + " is not shown in JMX", e);
    }
    try {
      budgets.look();
      exporter.look();
    } catch (RuntimeException e) {
      Log.logger("io.rmm.jmx").log(Level.WARNING, "JMX cannot look at " + source.name(), e);
    }
  }

  private static ScheduledThreadPoolExecutor newLooker(String sourceName) {
    return new ScheduledThreadPoolExecutor(
        1,
        Thread.ofPlatform()
            .daemon()
            .name("rmm-jmx-" + sourceName)
            .inheritInheritableThreadLocals(false)
            .factory(),
        new ThreadPoolExecutor.DiscardPolicy());
  }
}
