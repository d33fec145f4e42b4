package io.rmm.allocator.observe;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MisuseAction;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.Site;
import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.log.Log;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where misuse is reported: counts it, finds out what is known of the block, tells the listeners,
 * and does what is to be done.
 *
 * <p><b>Once in full, then counted.</b> Each act has a report of its own, and each listener hears
 * of it. But a program that misuses memory in a loop would drown whoever reads that. So misuses of
 * one kind at one place, of blocks from one place, are numbered ({@link
 * MisuseReport#occurrences()}), by which repeats are known; and views bound what they show, each in
 * its way, and count the rest.
 *
 * <p><b>When there is no room.</b> The misuse is counted first, which needs none. If the Java heap
 * or the stack ends while the report is put together, that error is what the caller gets: the act
 * is refused all the same, and nobody is told. A process that is to be halted is halted without a
 * word, unless even the JVM had no room to run code on the way here for the first time.
 *
 * <p>All methods are for use outside a hold.
 */
public final class MisuseDesk {

  /** The status of a process that has aborted: 128 and the number of SIGABRT. */
  private static final int ABORTED = 134;

  /** How long the process goes on for listeners to hear of what the clock has found. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  /** Of Java heap, what a report, its listeners and a log line may take before the process ends. */
  private static final int ROOM_TO_HALT = 256 << 10;

  /** Places that are told apart, of some 100 bytes each; later ones are counted by kind alone. */
  private static final int MAX_PLACES = 10_000;

  /** What misuses have in common that are news but once. */
  private record Place(MisuseKind kind, Site detection, Site allocation) {}

  private final Observer observer;
  private final Listeners listeners;
  private final News news;
  private final SafetyMode mode;
  private final Map<MisuseKind, MisuseAction> actions;
  private final Map<MisuseKind, AtomicLong> counts = new EnumMap<>(MisuseKind.class);
  private final Map<Place, AtomicLong> places = new ConcurrentHashMap<>();

  /**
   * Makes a desk that asks {@code observer} and tells {@code listeners}, by way of {@code news} of
   * what the clock has found.
   *
   * @param mode that of the manager
   * @param actions what to do, for each kind
   */
  public MisuseDesk(
      Observer observer,
      Listeners listeners,
      News news,
      SafetyMode mode,
      Map<MisuseKind, MisuseAction> actions) {
    this.observer = observer;
    this.listeners = listeners;
    this.news = news;
    this.mode = mode;
    this.actions = Collections.unmodifiableMap(new EnumMap<>(actions));
    for (MisuseKind kind : MisuseKind.values()) {
      counts.put(kind, new AtomicLong());
    }
    if (actions.containsValue(MisuseAction.HALT)) {
      prepareToHalt();
    }
  }

  /** Has the classes loaded on the way to a halt, for which a full Java heap has no room. */
  private static void prepareToHalt() {
    StackRoom.check();
    try {
      boolean _ = Runtime.getRuntime().removeShutdownHook(new Thread());
    } catch (IllegalStateException e) {
      // The process is about to end, so it is loaded.
    }
  }

  /** Tells whether a caller who can go on without is to get an exception. */
  public boolean isThrown(MisuseKind kind) {
    return actions.get(kind) != MisuseAction.REPORT;
  }

  /**
   * Reports a misuse of the block {@code blockId} by the caller of the method that found it.
   *
   * @param blockId the block's id, or 0 if there is none
   * @return the exception to throw at the caller
   */
  public MemoryMisuseException report(
      MisuseKind kind, long blockId, long blockSize, String budget, String detail) {
    // Not within the call below: that begins by making the exception.
    MisuseReport.Builder report = begin(kind);
    return new MemoryMisuseException(
        found(report.block(blockId, blockSize).budget(budget).detail(detail), kind, blockId));
  }

  /**
   * Counts a misuse, and begins its report: in this order, since only the count needs no room on
   * the Java heap. The report is for {@link #found} or {@link #foundByClock}.
   */
  public MisuseReport.Builder begin(MisuseKind kind) {
    count(kind);
    try {
      if (isHalted(kind)) {
        // What is wanted from here to the report is made by callers, who know of no halting.
        Arrays.fill(new byte[ROOM_TO_HALT], (byte) 1);
        StackRoom.check();
      }
      return MisuseReport.builder(kind);
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw unreported(kind, e);
    }
  }

  /**
   * Reports a misuse that was {@linkplain #begin begun}. Adds to {@code report}, which has the
   * rest, what is known of the block, and where the calling thread stands.
   *
   * @param kind that of the report
   * @param blockId that of the report; 0 if there is none
   * @return the report, for an exception where a caller {@linkplain #isThrown is to get} one
   */
  public MisuseReport found(MisuseReport.Builder report, MisuseKind kind, long blockId) {
    try {
      Site here = observer.here();
      report.detectionSite(here);
      return tell(report, place(report, kind, here, blockId), false);
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw unreported(kind, e);
    }
  }

  /**
   * Reports a misuse as {@link #found} does, but tells listeners later: for a thread that may hold
   * locks of others.
   */
  public void foundInPassing(MisuseReport.Builder report, MisuseKind kind, long blockId) {
    try {
      Site here = observer.here();
      report.detectionSite(here);
      MisuseReport _ = tell(report, place(report, kind, here, blockId), true);
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw unreported(kind, e);
    }
  }

  /**
   * Reports a misuse as {@link #found} does, from the clock's thread, which must not wait for
   * listeners, and which tells nothing of the misuse by where it stands.
   */
  public void foundByClock(MisuseReport.Builder report, MisuseKind kind, long blockId) {
    try {
      MisuseReport _ = tell(report, place(report, kind, Site.UNKNOWN, blockId), true);
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw unreported(kind, e);
    }
  }

  /** Counts and tells of a misuse that was found out from an exception of the JDK. */
  public void tellExplained(MisuseReport.Builder report) {
    MisuseReport known = report.build();
    count(known.kind());
    Place place = new Place(known.kind(), known.detectionSite(), known.allocationSite());
    MisuseReport _ = tell(report, place, false);
  }

  /** Adds what is known of the block to {@code report}. */
  private Place place(MisuseReport.Builder report, MisuseKind kind, Site detection, long blockId) {
    ObservedBlock block = blockId == 0 ? null : observer.find(blockId);
    if (block == null) {
      return new Place(kind, detection, Site.UNKNOWN);
    }
    addKnown(report, block);
    return new Place(kind, detection, block.allocationSite);
  }

  /** Adds all that is known of {@code block} to {@code report}. */
  static void addKnown(MisuseReport.Builder report, ObservedBlock block) {
    Site freeSite = block.freeSite;
    report
        .allocationSite(block.allocationSite)
        .allocationThread(block.allocationThread)
        .block(block.blockId, block.requestedBytes)
        .slotSize(block.slotBytes)
        .budget(block.budget)
        .ageNanos(block.ageNanos());
    if (freeSite != null) {
      report.freeSite(freeSite).freeThread(block.freeThread);
    }
  }

  /**
   * Reports what is live at the end of the manager: one report for each site of observed blocks,
   * one for all blocks, so that nothing goes unsaid where nothing was observed, and one for all
   * arenas.
   */
  public void reportLive(long blocks, long usedBytes, long openArenas) {
    if (openArenas > 0) {
      tellAtEnd(
          MisuseKind.ARENA_NOT_CLOSED,
          0,
          Site.UNKNOWN,
          "the manager is closed while "
              + (openArenas == 1 ? "an arena is" : openArenas + " arenas are")
              + " open");
    }
    if (blocks == 0) {
      return;
    }
    tellAtEnd(
        MisuseKind.LEAK,
        usedBytes,
        Site.UNKNOWN,
        "the manager is closed while "
            + (blocks == 1 ? "a block with " : blocks + " blocks with ")
            + usedBytes
            + " bytes "
            + (blocks == 1 ? "is live" : "are live"));
    Map<Site, long[]> bySite = new LinkedHashMap<>();
    for (ObservedBlock block : observer.live()) {
      long[] sum = bySite.computeIfAbsent(block.allocationSite, _ -> new long[2]);
      sum[0]++;
      sum[1] += block.weight();
    }
    bySite.forEach(
        (site, sum) ->
            tellAtEnd(
                MisuseKind.LEAK,
                sum[1],
                site,
                (sum[0] == 1
                        ? "an observed block from here is live at the manager's close; it stands"
                        : sum[0]
                            + " observed blocks from here are live at the manager's close; they"
                            + " stand")
                    + " for about "
                    + sum[1]
                    + " bytes"));
  }

  private void tellAtEnd(MisuseKind kind, long bytes, Site site, String detail) {
    MisuseReport.Builder report = begin(kind).block(0, bytes).allocationSite(site).detail(detail);
    MisuseReport _ = tell(report, null, false);
  }

  private boolean isHalted(MisuseKind kind) {
    return actions.get(kind) == MisuseAction.HALT;
  }

  /** What becomes of a misuse that there was no room to report. */
  private VirtualMachineError unreported(MisuseKind kind, VirtualMachineError error) {
    if (isHalted(kind)) {
      Runtime.getRuntime().halt(ABORTED);
    }
    return error;
  }

  private void count(MisuseKind kind) {
    counts(kind).incrementAndGet();
  }

  private AtomicLong counts(MisuseKind kind) {
    return Objects.requireNonNull(counts.get(kind));
  }

  /**
   * @param place null for what is told once by its nature
   */
  private MisuseReport tell(MisuseReport.Builder builder, @Nullable Place place, boolean later) {
    long occurrences = place == null ? 1 : occurrences(place);
    MisuseReport report = builder.mode(mode).occurrences(occurrences).build();
    Consumer<MemoryListener> call = listener -> listener.onMisuse(report);
    if (isHalted(report.kind())) {
      halt(report, call, later);
    } else if (later) {
      news.add(call);
    } else {
      listeners.tell(call);
    }
    return report;
  }

  private void halt(MisuseReport report, Consumer<MemoryListener> call, boolean later) {
    try {
      if (later) {
        // There is no later; but this thread may not wait for a listener that blocks.
        news.tellAtLast(call, LAST_WORDS);
      } else {
        listeners.tell(call);
      }
      Log.logger().log(System.Logger.Level.ERROR, "halted for a misuse of memory: {0}", report);
    } finally {
      Runtime.getRuntime().halt(ABORTED);
    }
  }

  private long occurrences(Place place) {
    AtomicLong count = places.get(place);
    if (count == null) {
      Place key =
          places.size() < MAX_PLACES ? place : new Place(place.kind, Site.UNKNOWN, Site.UNKNOWN);
      count = places.computeIfAbsent(key, _ -> new AtomicLong());
    }
    return count.incrementAndGet();
  }

  /** Tells {@code snapshot} the number of misuses by kind. */
  public void read(MemorySnapshot.Builder snapshot) {
    counts.forEach(
        (kind, count) -> {
          if (count.get() != 0) {
            snapshot.misuses(kind, count.get());
          }
        });
  }
}
