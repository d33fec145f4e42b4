package io.rmm.jmx;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;

/**
 * Turns records of numbers and strings into open data, in the form in which the JDK shows them as
 * attributes. The JDK does it only on their way through an MXBean, and user data of notifications
 * takes another.
 */
final class OpenRecords {

  private static final Map<Class<?>, SimpleType<?>> TYPES =
      Map.of(long.class, SimpleType.LONG, String.class, SimpleType.STRING);

  /** The types are made once for each class of records. */
  private static final ClassValue<CompositeType> COMPOSITE_TYPES =
      new ClassValue<>() {
        @Override
        protected CompositeType computeValue(Class<?> type) {
          return compositeType(type);
        }
      };

  private OpenRecords() {}

  static CompositeData compositeData(Record content) {
    Map<String, Object> items = new LinkedHashMap<>();
    try {
      for (RecordComponent component : content.getClass().getRecordComponents()) {
        items.put(component.getName(), component.getAccessor().invoke(content));
      }
      return new CompositeDataSupport(COMPOSITE_TYPES.get(content.getClass()), items);
    } catch (ReflectiveOperationException | OpenDataException e) {
      throw new AssertionError("records of this package can be read", e);
    }
  }

  private static CompositeType compositeType(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    String[] names = new String[components.length];
    OpenType<?>[] types = new OpenType<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      names[i] = components[i].getName();
      types[i] = Objects.requireNonNull(TYPES.get(components[i].getType()));
    }
    try {
      return new CompositeType(type.getName(), type.getName(), names, names, types);
    } catch (OpenDataException e) {
      throw new AssertionError(type + " is not a record of numbers and strings", e);
    }
  }
}
