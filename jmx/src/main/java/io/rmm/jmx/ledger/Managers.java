package io.rmm.jmx.ledger;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.signal.ManagedBean;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * What the memory managers of the process have committed.
 *
 * <p>Asked of their beans, so that managers of another class loader, whose classes are not ours,
 * are told of like our own.
 *
 * @param committed bytes by manager; a second one of a name has its number behind it
 * @param elsewhere bytes of them that lie outside the address range that our own managers share:
 *     those of portable page sources, and of other class loaders
 */
record Managers(Map<String, Long> committed, long elsewhere) {

  private static final System.Logger LOG = System.getLogger("io.rmm.jmx");

  /** The setting that tells where a manager's memory comes from, and its value for the range. */
  private static final String PAGE_SOURCE = "pageSource";

  private static final String IN_RANGE = "linux";

  static Managers now(MBeanServer server, Iterable<MemorySource> ours) {
    Map<String, Long> committed = new TreeMap<>();
    for (ObjectName bean : server.queryNames(pattern(), null)) {
      try {
        if (server.getAttribute(bean, "Committed") instanceof Long bytes) {
          committed.put(nameOf(bean), bytes);
        }
      } catch (JMException | RuntimeException e) {
        LOG.log(Level.DEBUG, "Bean " + bean + " has gone or does not answer", e);
      }
    }
    long elsewhere = committed.values().stream().mapToLong(Long::longValue).sum();
    for (MemorySource source : ours) {
      if (IN_RANGE.equals(source.configuration().get(PAGE_SOURCE))) {
        elsewhere -= source.snapshot().committedBytes();
      }
    }
    return new Managers(committed, Math.max(0, elsewhere));
  }

  /** Returns the bytes of all managers. */
  long total() {
    return committed.values().stream().mapToLong(Long::longValue).sum();
  }

  private static String nameOf(ObjectName bean) {
    String manager = Objects.requireNonNullElse(bean.getKeyProperty("manager"), "");
    String name = manager.startsWith("\"") ? ObjectName.unquote(manager) : manager;
    String instance = bean.getKeyProperty("instance");
    return instance == null ? name : name + " (" + instance + ")";
  }

  private static ObjectName pattern() {
    try {
      return new ObjectName(
          ManagedBean.DOMAIN + ":type=" + ManagedBean.MEMORY_MANAGER.type() + ",*");
    } catch (MalformedObjectNameException e) {
      throw new AssertionError("a constant pattern is well formed", e);
    }
  }
}
