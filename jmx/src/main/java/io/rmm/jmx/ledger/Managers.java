package io.rmm.jmx.ledger;

import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.log.Log;
import io.rmm.allocator.signal.ManagedBean;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * What the memory managers of the process have committed, and where that lies. The pages of guarded
 * blocks are part of it here: a manager counts them apart, but they are its memory.
 *
 * <p>Those of another class loader, whose classes are not ours, are asked by their beans, if they
 * have some. Names do not tell which beans those are: managers of two class loaders may have one
 * name, as the default {@code rmm-1}. The class loader of the bean itself does.
 *
 * <p>Two sums are told apart, since the ledger takes them from different places. What a manager has
 * from the operating system itself lies in a range of addresses that only its own class loader
 * knows; native memory tracking does not see it. What it has from arenas of the JDK does tracking
 * see, as "Other", and it was filled with zeros.
 *
 * @param committed bytes by manager; a second one of a name has its number behind it
 * @param outside bytes of them that lie outside the address range that our own managers share
 * @param inArenas bytes of these that are in arenas of the JDK
 * @param untold the managers that do not say where their memory is; it is taken not to be in arenas
 * @param seen what an agent has seen others take
 */
record Managers(
    Map<String, Long> committed, long outside, long inArenas, List<String> untold, Seen seen) {

  /** The setting that tells where a manager's memory comes from. */
  private static final String PAGE_SOURCE = "pageSource";

  /** The page source of an agent, whose memory is not its own, but the JVM's. */
  private static final String OF_JVM = "jvm";

  static Managers now(MBeanServer server, Collection<MemorySource> ours) {
    Sums sums = new Sums();
    Seen seen = Seen.NOTHING;
    // By the numbers that their beans have; ours get those that are left.
    for (ObjectName bean : server.queryNames(pattern(), null)) {
      if (isOfOthers(server, bean)) {
        String pageSource = sourceOf(server, bean);
        if (pageSource.equals(OF_JVM)) {
          seen = Seen.of(path -> usedOf(server, bean, path));
        } else {
          sums.add(nameOf(bean), numberOf(bean), committedOf(server, bean), true, pageSource);
        }
      }
    }
    for (MemorySource source : ours) {
      String pageSource = source.configuration().getOrDefault(PAGE_SOURCE, "");
      MemorySnapshot snapshot = source.snapshot();
      if (pageSource.equals(OF_JVM)) {
        seen = Seen.of(path -> usedBy(snapshot, path));
        continue;
      }
      long bytes = snapshot.committedBytes() + snapshot.guardBytes();
      sums.add(source.name(), 1, bytes, false, pageSource);
    }
    return new Managers(
        sums.committed, sums.outside, sums.inArenas, List.copyOf(sums.untold), seen);
  }

  private static long usedBy(MemorySnapshot snapshot, String path) {
    return snapshot.budgets().stream()
        .filter(budget -> budget.path().equals(path))
        .mapToLong(MemorySnapshot.BudgetUsage::usedBytes)
        .sum();
  }

  private static long usedOf(MBeanServer server, ObjectName manager, String path) {
    try {
      return bytesOf(
          server,
          new ObjectName(
              ManagedBean.DOMAIN
                  + ":type="
                  + ManagedBean.BUDGET.type()
                  + ",manager="
                  + manager.getKeyProperty("manager")
                  + ",name="
                  + path),
          "Used");
    } catch (MalformedObjectNameException e) {
      throw new AssertionError("a path of a kind is well formed", e);
    }
  }

  /** What is added up. */
  private static final class Sums {

    private final Map<String, Long> committed = new TreeMap<>();
    private final List<String> untold = new ArrayList<>();
    private long outside;
    private long inArenas;

    void add(String name, int instance, long bytes, boolean ofOthers, String pageSource) {
      String free = freeName(name, instance);
      committed.put(free, bytes);
      switch (pageSource) {
        case "linux" -> outside += ofOthers ? bytes : 0;
        case "portable" -> {
          outside += bytes;
          inArenas += bytes;
        }
        default -> {
          outside += bytes;
          untold.add(free);
        }
      }
    }

    private String freeName(String name, int instance) {
      String free = instance == 1 ? name : numbered(name, instance);
      for (int next = instance + 1; committed.containsKey(free); next++) {
        free = numbered(name, next);
      }
      return free;
    }

    private static String numbered(String name, int instance) {
      return name + " (" + instance + ")";
    }
  }

  /** Ours are registered by classes of this class loader, and known without being asked. */
  private static boolean isOfOthers(MBeanServer server, ObjectName bean) {
    try {
      return !Objects.equals(server.getClassLoaderFor(bean), Managers.class.getClassLoader());
    } catch (JMException | RuntimeException e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "Bean " + bean + " has gone", e);
      return false;
    }
  }

  private static long committedOf(MBeanServer server, ObjectName bean) {
    return bytesOf(server, bean, "Committed") + bytesOf(server, bean, "GuardBytes");
  }

  /** A version of RMM before the attribute does not tell, nor does a bean that has gone. */
  private static long bytesOf(MBeanServer server, ObjectName bean, String attribute) {
    return get(server, bean, attribute) instanceof Long bytes ? bytes : 0;
  }

  /** A version of RMM before this attribute does not tell. */
  private static String sourceOf(MBeanServer server, ObjectName bean) {
    return get(server, bean, "PageSource") instanceof String source ? source : "";
  }

  private static @Nullable Object get(MBeanServer server, ObjectName bean, String attribute) {
    try {
      return server.getAttribute(bean, attribute);
    } catch (JMException | RuntimeException e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "Bean " + bean + " has gone or does not answer", e);
      return null;
    }
  }

  /** Returns the bytes of all managers. */
  long total() {
    return committed.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the bytes that are neither in the range of our own managers nor in arenas. */
  long elsewhere() {
    return outside - inArenas;
  }

  private static String nameOf(ObjectName bean) {
    String manager = Objects.requireNonNullElse(bean.getKeyProperty("manager"), "");
    return manager.startsWith("\"") ? ObjectName.unquote(manager) : manager;
  }

  private static int numberOf(ObjectName bean) {
    String instance = bean.getKeyProperty("instance");
    // Whoever has registered the bean has chosen its name, which may have anything there.
    return instance != null && instance.matches("[2-9]|[1-9]\\d{1,8}")
        ? Integer.parseInt(instance)
        : 1;
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
