package io.rmm.dashboards.console;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * The name of a memory manager as its beans have it: two of one name differ in their {@code
 * instance}.
 *
 * @param manager the name that the program gave it
 * @param instance 1 for the first of that name
 */
public record ManagerName(String manager, int instance) implements Comparable<ManagerName> {

  private static final Comparator<ManagerName> ORDER =
      Comparator.comparing(ManagerName::manager).thenComparingInt(ManagerName::instance);

  /** Returns the managers of a JVM, by name. */
  public static List<ManagerName> all(MBeanServerConnection beans) throws IOException {
    return beans.queryNames(pattern("io.rmm:type=MemoryManager,*"), null).stream()
        .map(ManagerName::of)
        .sorted()
        .toList();
  }

  /**
   * Returns the name of a bean of this manager.
   *
   * @param type what the bean is about, in the manner of {@code Leaks}
   * @return nothing if the manager has no such bean
   */
  public Optional<ObjectName> bean(MBeanServerConnection beans, String type) throws IOException {
    return beans.queryNames(pattern("io.rmm:type=" + type + ",*"), null).stream()
        .filter(bean -> of(bean).equals(this))
        .findFirst();
  }

  /** Returns the manager to which a bean of RMM belongs. */
  static ManagerName of(ObjectName bean) {
    String instance = Objects.requireNonNullElse(bean.getKeyProperty("instance"), "1");
    return new ManagerName(
        value(bean, "manager"), instance.matches("\\d{1,9}") ? Integer.parseInt(instance) : 1);
  }

  /** Returns the value of a key of an object name as it was before quoting. */
  static String value(ObjectName bean, String key) {
    String value = Objects.requireNonNullElse(bean.getKeyProperty(key), "");
    return value.startsWith("\"") ? ObjectName.unquote(value) : value;
  }

  static ObjectName pattern(String text) {
    try {
      return new ObjectName(text);
    } catch (MalformedObjectNameException e) {
      throw new AssertionError("a constant name is well formed", e);
    }
  }

  @Override
  public int compareTo(ManagerName other) {
    return ORDER.compare(this, other);
  }

  /** Returns the name for people: with the instance behind it, if it is not the first. */
  @Override
  public String toString() {
    return instance == 1 ? manager : manager + " (" + instance + ")";
  }
}
