package io.rmm.jmx;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.signal.ManagedBean;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;
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
 * <p>A source does not tell when a budget is created, and a client that lists names calls nothing
 * of ours. So a look at the snapshot once a second finds new budgets; their beans appear up to a
 * second after them. Looking when a bean is read was the other way: it makes a read register beans,
 * and a client that only lists names would never see any.
 *
 * <p>That look and the notifications are the work of one daemon thread per source. A JMX listener
 * that blocks holds up the later notifications and new beans of this source, and nothing else.
 */
final class SourceBeans implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger("io.rmm.jmx");

  private static final NotificationEmitter NO_NOTIFICATIONS = new NotificationBroadcasterSupport();

  private final MemorySource source;
  private final Snapshots snapshots;
  private final Registrations registrations;
  private final ScheduledThreadPoolExecutor worker;
  private final BeanNames names;
  private final MisuseBean misuse;
  private final Set<String> budgets = new HashSet<>();

  private SourceBeans(
      MemorySource source, Registrations registrations, ScheduledThreadPoolExecutor worker)
      throws JMException {
    this.source = source;
    this.registrations = registrations;
    this.worker = worker;
    this.snapshots = new Snapshots(source, System::nanoTime);
    this.names = registerManager();
    MisuseNotifications notifications =
        new MisuseNotifications(names.of(ManagedBean.MISUSE), worker);
    this.misuse = new MisuseBean(snapshots, notifications);
    registrations.register(
        names.of(ManagedBean.MISUSE),
        new OpenBean(misuse, MisuseMXBean.class, notifications, snapshots));
    registerNewBudgets();
  }

  /**
   * Registers the beans of {@code source}, or, if one cannot be, none.
   *
   * @throws IllegalStateException if a bean cannot be registered
   */
  static SourceBeans register(MBeanServer server, MemorySource source) {
    Registrations registrations = new Registrations(server);
    ScheduledThreadPoolExecutor worker = newWorker(source.name());
    try {
      SourceBeans beans = new SourceBeans(source, registrations, worker);
      source.addListener(beans.misuse);
      ScheduledFuture<?> _ =
          worker.scheduleWithFixedDelay(beans::lookForBudgets, 1, 1, TimeUnit.SECONDS);
      return beans;
    } catch (JMException | RuntimeException e) {
      worker.shutdown();
      registrations.close();
      throw new IllegalStateException("The MXBeans of " + source.name() + " are not registered", e);
    }
  }

  /** Sends what waits to be sent, for a second at most, and takes the beans out. */
  @Override
  public void close() {
    source.removeListener(misuse);
    worker.shutdown();
    try {
      worker.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    registrations.close();
  }

  /** Registers the source's own bean under the first name that is free, and returns the names. */
  private BeanNames registerManager() throws JMException {
    OpenBean bean =
        new OpenBean(
            new ManagerBean(source, snapshots),
            MemoryManagerMXBean.class,
            NO_NOTIFICATIONS,
            snapshots);
    for (int instance = 1; ; instance++) {
      BeanNames candidate = new BeanNames(source.name(), instance);
      try {
        registrations.register(candidate.of(ManagedBean.MEMORY_MANAGER), bean);
        return candidate;
      } catch (InstanceAlreadyExistsException e) {
        // another source has this name; the next instance number may be free
      }
    }
  }

  private void registerNewBudgets() throws JMException {
    for (String path : snapshots.current().budgets().keySet()) {
      if (budgets.add(path)) {
        registrations.register(
            names.ofBudget(path),
            new OpenBean(
                new BudgetBean(path, snapshots), BudgetMXBean.class, NO_NOTIFICATIONS, snapshots));
      }
    }
  }

  private void lookForBudgets() {
    try {
      registerNewBudgets();
    } catch (JMException | RuntimeException e) {
      LOG.log(Level.WARNING, "A budget of " + source.name() + " is not shown in JMX", e);
    }
  }

  private static ScheduledThreadPoolExecutor newWorker(String sourceName) {
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
