package io.rmm.jmx;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.log.Log;
import io.rmm.allocator.signal.ManagedBean;
import io.rmm.jmx.ledger.Ledger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * the first of them that is quick enough takes its place. They do so in the ledger's thread: the
 * server tells them while the other one holds its lock.
 */
final class LedgerRegistration implements NotificationListener {

  private static final LedgerRegistration PROCESS =
      new LedgerRegistration(ManagementFactory.getPlatformMBeanServer(), Ledger.ofThisProcess());

  private final MBeanServer server;
  private final Ledger ledger;
  private final ObjectName name;
  private int attached;
  private boolean registered;

  private LedgerRegistration(MBeanServer server, Ledger ledger) {
    this.server = server;
    this.ledger = ledger;
    try {
      this.name =
          new ObjectName(ManagedBean.DOMAIN + ":type=" + ManagedBean.NATIVE_MEMORY_LEDGER.type());
    } catch (MalformedObjectNameException e) {
      throw new AssertionError("a constant name is well formed", e);
    }
  }

  /**
   * Attaches a source to the ledger of this process; what is returned detaches it. A ledger that
   * cannot be shown is no reason not to show the source, so this says why in the log.
   */
  static AutoCloseable attach(MemorySource source) {
    PROCESS.add(source);
    AtomicBoolean detached = new AtomicBoolean();
    return () -> {
      if (detached.compareAndSet(false, true)) {
        PROCESS.remove(source);
      }
    };
  }

  private synchronized void add(MemorySource source) {
    ledger.add(source);
    attached++;
    if (attached == 1) {
      listen();
      register();
    }
  }

  private synchronized void remove(MemorySource source) {
    ledger.remove(source);
    attached--;
    if (attached == 0) {
      stopListening();
      unregister();
    }
  }

  @Override
  public void handleNotification(Notification notification, Object handback) {
    ledger.worker().execute(this::takePlace);
  }

  private synchronized void takePlace() {
    if (registered) {
      registered = server.isRegistered(name); // somebody took ours out, and will have a reason
    } else if (attached > 0) {
      register();
    }
  }

  private void register() {
    LedgerBean bean = new LedgerBean(ledger);
    try {
      server.registerMBean(
          new OpenBean(
              bean, NativeMemoryLedgerMXBean.class, new NotificationBroadcasterSupport(), bean),
          name);
      registered = true;
    } catch (InstanceAlreadyExistsException e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "The ledger is that of another class loader", e);
    } catch (JMException | RuntimeException e) {
      Log.logger("io.rmm.jmx")
          .log(Level.WARNING, "The ledger of the process's memory is not shown in JMX", e);
    }
  }

  private void unregister() {
    if (registered) {
      registered = false;
      try {
        server.unregisterMBean(name);
      } catch (InstanceNotFoundException e) {
        Log.logger("io.rmm.jmx").log(Level.DEBUG, "The ledger was taken out by somebody else", e);
      } catch (JMException | RuntimeException e) {
        Log.logger("io.rmm.jmx")
            .log(Level.WARNING, "The ledger of the process's memory stays in JMX", e);
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
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "Nothing tells of the ledger's end any more", e);
    }
  }
}
