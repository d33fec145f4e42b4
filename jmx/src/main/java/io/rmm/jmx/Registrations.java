package io.rmm.jmx;

import io.rmm.allocator.log.Log;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanRegistrationException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** The beans that one source has registered, to be taken out again together. */
final class Registrations implements AutoCloseable {

  private final MBeanServer server;
  private final Deque<ObjectName> latestFirst = new ArrayDeque<>();
  private boolean closed;

  Registrations(MBeanServer server) {
    this.server = server;
  }

  /** Registers a bean, unless this has been closed. */
  synchronized void register(ObjectName name, OpenBean bean) throws JMException {
    if (!closed) {
      server.registerMBean(bean, name);
      latestFirst.push(name);
    }
  }

  /**
   * Takes the beans out, the latest first: the first one's name keeps its instance number taken.
   */
  @Override
  public synchronized void close() {
    closed = true;
    while (!latestFirst.isEmpty()) {
      ObjectName name = latestFirst.pop();
      try {
        server.unregisterMBean(name);
      } catch (InstanceNotFoundException | MBeanRegistrationException e) {
        Log.logger("io.rmm.jmx")
            .log(Level.DEBUG, "Bean " + name + " was taken out by somebody else", e);
      }
    }
  }
}
