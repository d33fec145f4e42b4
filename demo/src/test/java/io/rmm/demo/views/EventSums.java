package io.rmm.demo.views;

import io.rmm.allocator.signal.EventNames;
import io.rmm.demo.views.Figure.Part;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

/**
 * The figures that single events add up to: each allocation, free, refusal, misuse, leak, decision
 * and chunk. What counts for a budget counts for its ancestors too, but for refusals.
 */
final class EventSums {

  /** What events add up to, if none of them is missing. */
  static final Map<Part, Set<String>> NAMES =
      Map.of(
          Part.TOTAL,
          Set.of(
              "requested",
              "used",
              "reserved",
              "liveBlocks",
              "allocations",
              "frees",
              "allocated",
              "freed",
              "rejections",
              "misuses",
              "returned",
              "leakSuspects",
              "leakSuspectBytes",
              "tuningDecisions"),
          Part.BUDGET,
          Set.of("requested", "used", "allocations", "frees", "allocated", "freed", "rejections"),
          Part.SIZE_CLASS,
          Set.of(),
          Part.MISUSE,
          Set.of("count"));

  private final Map<Figure, Long> sums = new ConcurrentHashMap<>();
  private final Map<Long, Long> requested = new ConcurrentHashMap<>();
  private final String manager;

  private EventSums(String manager) {
    this.manager = manager;
  }

  /** Adds up the events of a manager from a stream that is not started yet. */
  static EventSums from(RecordingStream stream, String manager) {
    EventSums sums = new EventSums(manager);
    sums.take(stream, EventNames.ALLOCATION, EventSums::allocated);
    sums.take(stream, EventNames.FREE, EventSums::freed);
    sums.take(stream, EventNames.ALLOCATION_REJECTED, EventSums::rejected);
    sums.take(stream, EventNames.MISUSE, EventSums::misused);
    sums.take(stream, EventNames.LEAK_SUSPECT, EventSums::leaked);
    sums.take(stream, EventNames.TUNING_DECISION, (all, _) -> all.add("tuningDecisions", 1));
    sums.take(stream, EventNames.CHUNK_MAP, EventSums::mapped);
    sums.take(stream, EventNames.CHUNK_UNMAP, EventSums::unmapped);
    return sums;
  }

  private void take(RecordingStream stream, String name, BiConsumer<EventSums, RecordedEvent> add) {
    stream.enable(name).withoutStackTrace().with("throttle", "off");
    stream.onEvent(
        name,
        event -> {
          if (event.getString("manager").equals(manager)) {
            add.accept(this, event);
          }
        });
  }

  private void allocated(RecordedEvent event) {
    String budget = event.getString("budget");
    long bytes = event.getLong("requestedSize");
    requested.put(event.getLong("allocationId"), bytes);
    add("liveBlocks", 1);
    addToAll(budget, "allocations", 1);
    addToAll(budget, "allocated", event.getLong("blockSize"));
    addToAll(budget, "used", event.getLong("blockSize"));
    addToAll(budget, "requested", bytes);
  }

  private void freed(RecordedEvent event) {
    String budget = event.getString("budget");
    add("liveBlocks", -1);
    addToAll(budget, "frees", 1);
    addToAll(budget, "freed", event.getLong("blockSize"));
    addToAll(budget, "used", -event.getLong("blockSize"));
    // A free does not tell what was asked for: its allocation does, which came before it.
    addToAll(budget, "requested", -requested.remove(event.getLong("allocationId")));
  }

  private void rejected(RecordedEvent event) {
    add("rejections", 1);
    add(Figure.budget(event.getString("budget"), "rejections"), 1);
  }

  private void misused(RecordedEvent event) {
    long count = 1 + event.getLong("suppressed");
    add("misuses", count);
    add(Figure.misuses(event.getString("kind")), count);
  }

  private void leaked(RecordedEvent event) {
    add("leakSuspects", 1);
    add("leakSuspectBytes", event.getLong("weight"));
  }

  /** A chunk is mapped whole and backed by memory where it is used: no sum gives what is backed. */
  private void mapped(RecordedEvent event) {
    add("reserved", event.getLong("bytes"));
  }

  private void unmapped(RecordedEvent event) {
    add("returned", event.getLong("bytes"));
  }

  /** Adds to the total, and to a budget and its ancestors. */
  private void addToAll(String budget, String name, long value) {
    add(name, value);
    for (String path = budget; !path.isEmpty(); path = parent(path)) {
      add(Figure.budget(path, name), value);
    }
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private void add(String total, long value) {
    add(Figure.total(total), value);
  }

  private void add(Figure figure, long value) {
    sums.merge(figure, value, Long::sum);
  }

  /** Returns the sums; what there was no event of is 0, as in {@code like}. */
  Map<Figure, Long> read(Map<Figure, Long> like) {
    Map<Figure, Long> all = new TreeMap<>(sums);
    like.keySet().forEach(figure -> all.putIfAbsent(figure, 0L));
    return all;
  }
}
