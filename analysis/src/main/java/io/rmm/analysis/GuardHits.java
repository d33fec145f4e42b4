package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmc.common.IMCFrame;
import org.openjdk.jmc.common.IMCMethod;
import org.openjdk.jmc.common.IMCStackTrace;
import org.openjdk.jmc.common.item.IItem;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.item.IItemIterable;
import org.openjdk.jmc.common.item.IMemberAccessor;
import org.openjdk.jmc.common.item.ItemFilters;
import org.openjdk.jmc.common.unit.IQuantity;
import org.openjdk.jmc.common.unit.UnitLookup;
import org.openjdk.jmc.flightrecorder.JfrAttributes;
import org.openjdk.jmc.flightrecorder.jdk.JdkAttributes;
import org.openjdk.jmc.flightrecorder.jdk.JdkTypeIDs;

/**
 * Accesses that a guard page refused, found by the errors that the JVM threw for them.
 *
 * <p>Where a guard refuses Java code, the JVM throws an {@code InternalError}, which Flight
 * Recorder notes with its stack whether or not the program, or anybody else, ever looks at it.
 * Which block it was is not in it. But whoever uses a block is mostly near the code that allocated
 * it: so the sampled allocations are compared with the error by their stacks, as {@code
 * MemoryManager.explain} does in the process itself, and the site that has most methods in common
 * with it is named.
 *
 * <p>They are told as uses after the free: views are bounded, so that Java code reaches the guards
 * of a live block only if it made itself a longer view. An error with which no sampled allocation
 * has anything in common is left to others: the JVM says the same of a mapped file that was cut
 * short.
 */
final class GuardHits {

  /** How HotSpot words that memory is not there. */
  private static final String FAULT = "a fault occurred in an unsafe memory access operation";

  private static final String KIND = "USE_AFTER_FREE";

  private static final String KERNEL = "io.rmm.allocator.";

  /** Frames that are compared, as many as sites have. */
  private static final int MOST_FRAMES = 16;

  /** Blocks of one site. */
  private record Candidate(RecordedSite site, Set<String> methods, List<EventRow> samples) {}

  /** An error. */
  private record Fault(RecordedSite place, long time) {}

  private final List<MisuseGroup> known;
  private final List<Candidate> candidates;

  private GuardHits(IItemCollection items, List<MisuseGroup> known) {
    this.known = known;
    this.candidates = candidates(items);
  }

  /**
   * Returns what guards refused in a recording, by place.
   *
   * @param known misuses that were reported, among which it may be
   */
  static List<MisuseGroup> of(IItemCollection items, List<MisuseGroup> known) {
    Map<RecordedSite, List<Fault>> byPlace =
        faults(items).stream()
            .collect(Collectors.groupingBy(Fault::place, LinkedHashMap::new, Collectors.toList()));
    if (byPlace.isEmpty()) {
      return List.of();
    }
    GuardHits hits = new GuardHits(items, known);
    List<MisuseGroup> groups = new ArrayList<>();
    byPlace.forEach(
        (place, faults) -> {
          Candidate best = hits.isKnown(place) ? null : hits.mostAlike(place);
          if (best != null) {
            groups.add(group(faults, best));
          }
        });
    return groups;
  }

  /** Tells whether somebody explained it while the program ran. */
  private boolean isKnown(RecordedSite place) {
    return known.stream().anyMatch(group -> methods(group.detectionSite()).equals(methods(place)));
  }

  private @Nullable Candidate mostAlike(RecordedSite place) {
    Candidate best = null;
    int bestScore = 0;
    for (Candidate candidate : candidates) {
      int score = score(place, candidate);
      if (score > bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    return best;
  }

  /**
   * The inner frames count more, since the outer ones are those of every request of a server; those
   * of the JDK do not, since all threads have some in common.
   */
  private static int score(RecordedSite place, Candidate candidate) {
    int score = 0;
    for (int i = 0; i < place.frames().size(); i++) {
      String method = method(place.frames().get(i));
      if (!isOfTheJdk(method) && candidate.methods.contains(method)) {
        score += MOST_FRAMES - i;
      }
    }
    return score;
  }

  private static MisuseGroup group(List<Fault> faults, Candidate block) {
    LongSummaryStatistics sizes =
        block.samples.stream()
            .mapToLong(sample -> sample.number("requestedSize"))
            .summaryStatistics();
    return new MisuseGroup(
        KIND,
        faults.getFirst().place,
        block.site,
        List.of(),
        block.samples.stream()
            .map(sample -> Account.title(sample.manager(), sample.text("budget")))
            .distinct()
            .sorted()
            .toList(),
        faults.size(),
        sizes.getMin(),
        sizes.getMax(),
        faults.getFirst().time,
        faults.getLast().time,
        "a guard refused an access to memory that is not there any more; it is likely that of a"
            + " block from there, whose stack is most like that of the error");
  }

  private static List<Candidate> candidates(IItemCollection items) {
    Map<RecordedSite, List<EventRow>> bySite = new LinkedHashMap<>();
    for (EventRow row : EventRow.of(items, EventType.ALLOCATION_SAMPLE)) {
      RecordedSite site = RecordedSite.parse(row.text("site"));
      if (site.isKnown()) {
        bySite.computeIfAbsent(site, _ -> new ArrayList<>()).add(row);
      }
    }
    return bySite.entrySet().stream()
        .map(
            entry ->
                new Candidate(
                    entry.getKey(), Set.copyOf(methods(entry.getKey())), entry.getValue()))
        .toList();
  }

  /** Returns the errors, the earliest first. */
  private static List<Fault> faults(IItemCollection items) {
    List<Fault> faults = new ArrayList<>();
    for (IItemIterable iterable : items.apply(ItemFilters.type(JdkTypeIDs.ERRORS_THROWN))) {
      var message = JdkAttributes.EXCEPTION_MESSAGE.getAccessor(iterable.getType());
      var stack = JfrAttributes.EVENT_STACKTRACE.getAccessor(iterable.getType());
      IMemberAccessor<IQuantity, IItem> end =
          JfrAttributes.END_TIME.getAccessor(iterable.getType());
      if (message == null || stack == null || end == null) {
        continue;
      }
      for (IItem item : iterable) {
        String text = message.getMember(item);
        IMCStackTrace trace = stack.getMember(item);
        if (text != null && text.contains(FAULT) && trace != null) {
          faults.add(
              new Fault(
                  programFrames(trace),
                  end.getMember(item).clampedLongValueIn(UnitLookup.EPOCH_NS)));
        }
      }
    }
    faults.sort(Comparator.comparingLong(Fault::time));
    return faults;
  }

  /** Returns the frames from the one that asked for the access outwards. */
  private static RecordedSite programFrames(IMCStackTrace trace) {
    return new RecordedSite(
        trace.getFrames().stream()
            .map(GuardHits::text)
            .dropWhile(frame -> isOfTheJdk(frame) || frame.startsWith(KERNEL))
            .limit(MOST_FRAMES)
            .toList());
  }

  private static boolean isOfTheJdk(String frame) {
    return frame.startsWith("java.") || frame.startsWith("jdk.") || frame.startsWith("sun.");
  }

  private static String text(IMCFrame frame) {
    IMCMethod method = frame.getMethod();
    String name = method.getType().getFullName() + "." + method.getMethodName();
    Integer line = frame.getFrameLineNumber();
    return line == null ? name : name + "(line " + line + ")";
  }

  private static List<String> methods(RecordedSite site) {
    return site.frames().stream().map(GuardHits::method).toList();
  }

  /** Returns what a frame says of its method. */
  private static String method(String frame) {
    int place = frame.indexOf('(');
    return place < 0 ? frame : frame.substring(0, place);
  }
}
