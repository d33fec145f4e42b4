package io.rmm.jmx;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.jmx.ledger.ContainerLimits;
import io.rmm.jmx.ledger.LedgerSampler;
import io.rmm.jmx.ledger.SampledLedger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MBeanServerDelegate;
import javax.management.MBeanServerNotification;
import javax.management.MalformedObjectNameException;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import javax.management.relation.MBeanServerNotificationFilter;

/**
 * The one bean of the process, from the first source's attachment to the last one's close.
 *
 * <p>A process may hold this class more than once, in several class loaders. The first to come
 * registers the bean. The others wait for its end, of which the MBean server tells them, and then
 * the first of them that is quick enough takes its place. They do so in a thread of their own: the
 * server tells them while the other one holds its lock.
 *
 * <p>That thread, which also takes the samples, ends when it has had nothing to do for a while.
 */
final class LedgerRegistration implements NotificationListener {

  private static final System.Logger LOG = System.getLogger("io.rmm.jmx");

  /** Longer than the pause between two samples for a client that keeps reading. */
  private static final long IDLE_SECONDS = 30;

  private static final LedgerRegistration PROCESS =
      new LedgerRegistration(ManagementFactory.getPlatformMBeanServer(), newWorker());

  private final MBeanServer server;
  private final ExecutorService worker;
  private final ObjectName name;
  private final List<MemorySource> sources = new CopyOnWriteArrayList<>();
  private boolean registered;

  LedgerRegistration(MBeanServer server, ExecutorService worker) {
    this.server = server;
    this.worker = worker;
    try {
      this.name =
          new ObjectName(ManagedBean.DOMAIN + ":type=" + ManagedBean.NATIVE_MEMORY_LEDGER.type());
    } catch (MalformedObjectNameException e) {
      throw new AssertionError("a constant name is well formed", e);
    }
  }

  /** Attaches a source to the ledger of this process; what is returned detaches it. */
  static AutoCloseable attach(MemorySource source) {
    PROCESS.add(source);
    return () -> PROCESS.remove(source);
  }

  synchronized void add(MemorySource source) {
    sources.add(source);
    if (sources.size() == 1) {
      listen();
      register();
    }
  }

  synchronized void remove(MemorySource source) {
    sources.remove(source);
    if (sources.isEmpty()) {
      stopListening();
      unregister();
    }
  }

  @Override
  public void handleNotification(Notification notification, Object handback) {
    worker.execute(this::takePlace);
  }

  private synchronized void takePlace() {
    if (registered) {
      registered = server.isRegistered(name); // somebody took ours out, and will have a reason
    } else if (!sources.isEmpty()) {
      register();
    }
  }

  private void register() {
    LedgerSampler sampler = new LedgerSampler(Path.of("/"), server, sources);
    LedgerBean bean =
        new LedgerBean(
            new SampledLedger(sampler::take, worker, System::nanoTime),
            new ContainerLimits(Path.of("/")),
            System::nanoTime);
    try {
      server.registerMBean(
          new OpenBean(
              bean, NativeMemoryLedgerMXBean.class, new NotificationBroadcasterSupport(), bean),
          name);
      registered = true;
    } catch (InstanceAlreadyExistsException e) {
      LOG.log(Level.DEBUG, "The ledger is that of another class loader", e);
    } catch (JMException e) {
      LOG.log(Level.WARNING, "The ledger of the process's memory is not shown in JMX", e);
    }
  }

  private void unregister() {
    if (registered) {
      registered = false;
      try {
        server.unregisterMBean(name);
      } catch (InstanceNotFoundException e) {
        LOG.log(Level.DEBUG, "The ledger was taken out by somebody else", e);
      } catch (JMException e) {
        LOG.log(Level.WARNING, "The ledger of the process's memory stays in JMX", e);
      }
    }
  }

  private void listen() {
    MBeanServerNotificationFilter end = new MBeanServerNotificationFilter();
    end.enableObjectName(name);
    end.disableAllTypes();
    end.enableType(MBeanServerNotification.UNREGISTRATION_NOTIFICATION);
    try {
      server.addNotificationListener(MBeanServerDelegate.DELEGATE_NAME, this, end, null);
    } catch (InstanceNotFoundException e) {
      throw new AssertionError("every MBean server has a delegate", e);
    }
  }

  private void stopListening() {
    try {
      server.removeNotificationListener(MBeanServerDelegate.DELEGATE_NAME, this);
    } catch (JMException e) {
      LOG.log(Level.DEBUG, "Nothing tells of the ledger's end any more", e);
    }
  }

  private static ExecutorService newWorker() {
    ThreadPoolExecutor worker =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform()
                .daemon()
                .name("rmm-ledger")
                .inheritInheritableThreadLocals(false)
                .factory());
    worker.allowCoreThreadTimeOut(true);
    return worker;
  }
}
