package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmc.common.item.IAccessorKey;
import org.openjdk.jmc.common.item.IItem;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.item.IItemIterable;
import org.openjdk.jmc.common.item.IMemberAccessor;
import org.openjdk.jmc.common.item.IType;
import org.openjdk.jmc.common.item.ItemFilters;
import org.openjdk.jmc.common.unit.IQuantity;
import org.openjdk.jmc.common.unit.UnitLookup;
import org.openjdk.jmc.flightrecorder.JfrAttributes;

/**
 * One RMM event of a recording, its fields found by their names in the registry.
 *
 * <p>Asking for a field that the registry does not know fails, whatever is in the recording: a rule
 * cannot drift away from the names. A field that the registry knows but the recording lacks (it was
 * made by another version) is an empty text or 0.
 */
final class EventRow {

  private static final String MANAGER = "manager";

  private final EventType type;
  private final Map<String, IMemberAccessor<?, IItem>> accessors;
  private final IItem item;
  private final long time;

  private EventRow(
      EventType type, Map<String, IMemberAccessor<?, IItem>> accessors, IItem item, long time) {
    this.type = type;
    this.accessors = accessors;
    this.item = item;
    this.time = time;
  }

  /**
   * Returns all events of a type, the earliest first.
   *
   * <p>JMC keeps the events of one type in several iterables, one for each variant of the type that
   * it met in the file and sorted only within themselves, hence the collecting and sorting.
   */
  static List<EventRow> of(IItemCollection items, EventType type) {
    List<EventRow> rows = new ArrayList<>();
    for (IItemIterable iterable : items.apply(ItemFilters.type(type.eventName()))) {
      IMemberAccessor<IQuantity, IItem> end =
          JfrAttributes.END_TIME.getAccessor(iterable.getType());
      Map<String, IMemberAccessor<?, IItem>> accessors = accessors(iterable.getType());
      for (IItem item : iterable) {
        long time = end == null ? 0 : quantity(end.getMember(item));
        rows.add(new EventRow(type, accessors, item, time));
      }
    }
    rows.sort(Comparator.comparingLong(EventRow::time));
    return rows;
  }

  /** Returns when the event ended, in nanoseconds since the epoch. */
  long time() {
    return time;
  }

  /** Returns the name of the memory manager. */
  String manager() {
    return read(MANAGER) instanceof String text ? text : "";
  }

  /** Returns a field's text, or an empty one. */
  String text(String field) {
    return checked(field) instanceof String text ? text : "";
  }

  /** Returns a field's number: bytes, nanoseconds or a count; or 0. */
  long number(String field) {
    return quantity(checked(field));
  }

  private @Nullable Object checked(String field) {
    if (!type.fields().contains(field)) {
      throw new IllegalArgumentException(type.eventName() + " has no field " + field);
    }
    return read(field);
  }

  private @Nullable Object read(String field) {
    IMemberAccessor<?, IItem> accessor = accessors.get(field);
    return accessor == null ? null : accessor.getMember(item);
  }

  private static Map<String, IMemberAccessor<?, IItem>> accessors(IType<IItem> type) {
    Map<String, IMemberAccessor<?, IItem>> accessors = new HashMap<>();
    for (IAccessorKey<?> key : type.getAccessorKeys().keySet()) {
      accessors.put(key.getIdentifier(), type.getAccessor(key));
    }
    return accessors;
  }

  private static long quantity(@Nullable Object value) {
    if (value instanceof IQuantity quantity) {
      if (quantity.getType().equals(UnitLookup.MEMORY)) {
        return quantity.clampedLongValueIn(UnitLookup.BYTE);
      }
      if (quantity.getType().equals(UnitLookup.TIMESPAN)) {
        return quantity.clampedLongValueIn(UnitLookup.NANOSECOND);
      }
      if (quantity.getType().equals(UnitLookup.TIMESTAMP)) {
        return quantity.clampedLongValueIn(UnitLookup.EPOCH_NS);
      }
      return quantity.longValue();
    }
    return value instanceof Number number ? number.longValue() : 0;
  }
}
