package io.rmm.jmx.ledger;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.signal.ManagedBean;
import java.lang.System.Logger.Level;
import java.util.Collection;
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
 * <p>Those of another class loader, whose classes are not ours, are asked by their beans, if they
 * have some.
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

  static Managers now(MBeanServer server, Collection<MemorySource> ours) {
    Map<String, Long> committed = new TreeMap<>();
    long elsewhere = 0;
    for (MemorySource source : ours) {
      long bytes = source.snapshot().committedBytes();
      committed.put(freeName(committed, source.name()), bytes);
      if (!IN_RANGE.equals(source.configuration().get(PAGE_SOURCE))) {
        elsewhere += bytes;
      }
    }
    // A bean that has the name of one of ours is taken for its own.
    for (ObjectName bean : server.queryNames(pattern(), null)) {
      String name = nameOf(bean);
      if (!committed.containsKey(name)) {
        long bytes = committedOf(server, bean);
        committed.put(name, bytes);
        elsewhere += bytes;
      }
    }
    return new Managers(committed, elsewhere);
  }

  private static String freeName(Map<String, Long> taken, String name) {
    String free = name;
    for (int instance = 2; taken.containsKey(free); instance++) {
      free = numbered(name, String.valueOf(instance));
    }
    return free;
  }

  private static long committedOf(MBeanServer server, ObjectName bean) {
    try {
      return server.getAttribute(bean, "Committed") instanceof Long bytes ? bytes : 0;
    } catch (JMException | RuntimeException e) {
      LOG.log(Level.DEBUG, "Bean " + bean + " has gone or does not answer", e);
      return 0;
    }
  }

  /** Returns the bytes of all managers. */
  long total() {
    return committed.values().stream().mapToLong(Long::longValue).sum();
  }

  private static String nameOf(ObjectName bean) {
    String manager = Objects.requireNonNullElse(bean.getKeyProperty("manager"), "");
    String name = manager.startsWith("\"") ? ObjectName.unquote(manager) : manager;
    String instance = bean.getKeyProperty("instance");
    return instance == null ? name : numbered(name, instance);
  }

  private static String numbered(String name, String instance) {
    return name + " (" + instance + ")";
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
