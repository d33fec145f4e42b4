package io.rmm.dashboards.console;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.jspecify.annotations.Nullable;

/**
 * Named values as open types have them: the attributes of a bean, or the items of a composite.
 *
 * <p>A value that is not there, or is of another kind than asked for, reads as 0, as an empty
 * string or as an empty list: another version of RMM may have it otherwise. {@link #has} tells.
 *
 * @param byName the values that are not null
 */
public record Values(Map<String, Object> byName) {

  static final Values NONE = new Values(Map.of());

  /**
   * Reads attributes of a bean in one call, so that they belong together. Those that it does not
   * have are left out.
   *
   * @return nothing if there is no such bean
   */
  public static Optional<Values> read(MBeanServerConnection beans, ObjectName bean, String... names)
      throws IOException, JMException {
    try {
      Map<String, Object> values = new HashMap<>();
      beans
          .getAttributes(bean, names)
          .asList()
          .forEach(attribute -> put(values, attribute.getName(), attribute.getValue()));
      return Optional.of(new Values(values));
    } catch (InstanceNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Calls an operation without arguments that returns a composite.
   *
   * @return nothing if there is no such bean, or it has no such operation
   */
  public static Optional<Values> ask(MBeanServerConnection beans, ObjectName bean, String operation)
      throws IOException, JMException {
    try {
      return beans.invoke(bean, operation, new Object[0], new String[0])
              instanceof CompositeData data
          ? Optional.of(of(data))
          : Optional.empty();
    } catch (InstanceNotFoundException e) {
      return Optional.empty();
    } catch (ReflectionException e) {
      if (e.getCause() instanceof NoSuchMethodException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Keeps a copy. */
  public Values {
    byName = Map.copyOf(byName);
  }

  private static Values of(CompositeData data) {
    Map<String, Object> values = new HashMap<>();
    data.getCompositeType().keySet().forEach(key -> put(values, key, data.get(key)));
    return new Values(values);
  }

  /** Tells whether a value is true. */
  public boolean isTrue(String name) {
    return Boolean.TRUE.equals(byName.get(name));
  }

  private static void put(Map<String, Object> values, String name, @Nullable Object value) {
    if (value != null) {
      values.put(name, value);
    }
  }

  /** Tells whether there is such a value. */
  public boolean has(String name) {
    return byName.containsKey(name);
  }

  /** Returns a number. */
  public long number(String name) {
    return byName.get(name) instanceof Number number ? number.longValue() : 0;
  }

  /** Returns a text. */
  public String text(String name) {
    return byName.get(name) instanceof String text ? text : "";
  }

  /** Returns the items of a composite value. */
  public Values composite(String name) {
    return byName.get(name) instanceof CompositeData data ? of(data) : NONE;
  }

  /** Returns the rows of a value that is an array of composites. */
  public List<Values> rows(String name) {
    return byName.get(name) instanceof CompositeData[] rows
        ? Arrays.stream(rows).map(Values::of).toList()
        : List.of();
  }

  /** Returns a value that is an array of strings. */
  public List<String> texts(String name) {
    return byName.get(name) instanceof String[] texts
        ? Stream.of(texts).map(String::valueOf).toList()
        : List.of();
  }

  /** Returns a table from names to numbers. */
  public Map<String, Long> numbers(String name) {
    if (!(byName.get(name) instanceof TabularData table)) {
      return Map.of();
    }
    return table.values().stream()
        .filter(CompositeData.class::isInstance)
        .map(row -> of((CompositeData) row))
        .collect(Collectors.toMap(row -> row.text("key"), row -> row.number("value"), Math::max));
  }
}
