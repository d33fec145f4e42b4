package io.rmm.allocator.observe;

import io.rmm.allocator.FreeCause;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MisuseConfidence;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.SafetyMode;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says which block an exception of the JDK is about.
 *
 * <p>An access that the JDK refuses happens in the program's own frames, where none of our code
 * runs; all that is left of it is an exception. What that tells differs:
 *
 * <ul>
 *   <li>An access out of bounds names the segment with its address, by which the block is found,
 *       observed or not. That is {@link MisuseConfidence#CERTAIN} where views end before memory is
 *       used again; else it is {@link MisuseConfidence#LIKELY}, since the view may be one of a
 *       block that stood there earlier.
 *   <li>One through a byte buffer, or an access to a closed scope, by the wrong thread, or to a
 *       page without memory tells where it happened, and little more. So the observed blocks that
 *       it can be about are compared with the exception by {@link Likeness}. Of a page without
 *       memory that is {@link MisuseConfidence#LIKELY} if one block is more like it than all
 *       others, since guards are ours. All else is {@link MisuseConfidence#POSSIBLE}: the JDK's own
 *       arenas and buffers refuse in the same words.
 * </ul>
 *
 * <p>The texts are those of JDK 25. If another JDK words them otherwise, less is explained.
 */
public final class Explainer {

  /** Finds what stands at an address. */
  public interface Blocks {

    /** Returns the block in whose slot {@code address} lies, or null if none ever was there. */
    @Nullable Located at(long address);
  }

  /**
   * A block that was found by an address.
   *
   * @param blockId its id
   * @param offset of the address from its start
   * @param slotBytes bytes of its slot
   * @param live whether it has not been freed
   */
  public record Located(long blockId, long offset, long slotBytes, boolean live) {}

  private static final Pattern OUT_OF_BOUNDS =
      Pattern.compile(
          "address: 0x(?<address>\\p{XDigit}{1,16}), byteSize: (?<size>\\d{1,19}) \\};"
              + " new offset = (?<offset>-?\\d{1,19}); new length = \\d{1,19}");

  /**
   * The buffers whose memory is off the heap, of all element types; those of others than bytes are
   * known by single accesses only, since what copies is the same for those on the heap.
   */
  private static final String DIRECT_BUFFERS = "java.nio.Direct";

  /** Those whose memory is an array. */
  private static final String HEAP_BUFFERS = "java.nio.Heap";

  private static final String BYTE_BUFFER = "java.nio.ByteBuffer";

  private static final String CLOSED = "Already closed";

  /** The JDK's package of scopes, which make the exceptions themselves. */
  private static final String SCOPES = "jdk.internal.foreign.";

  /** How HotSpot words that memory is not there. */
  private static final String FAULT = "a fault occurred in an unsafe memory access operation";

  private final Observer observer;
  private final Blocks blocks;
  private final SafetyMode mode;
  private final boolean viewsEnd;

  /**
   * Makes one for a manager of {@code mode}.
   *
   * @param viewsEnd whether views of blocks that are no arena's are closed some time after the free
   */
  public Explainer(Observer observer, Blocks blocks, SafetyMode mode, boolean viewsEnd) {
    this.observer = observer;
    this.blocks = blocks;
    this.mode = mode;
    this.viewsEnd = viewsEnd;
  }

  /**
   * Explains {@code error}, or the first of its causes that can be explained.
   *
   * @return what is known; empty if it is about no block of this manager, as far as can be told
   */
  public Optional<MisuseReport> explain(Throwable error) {
    Optional<MisuseReport> told = told(error);
    return told.isPresent() ? told : refusal(error).map(MisuseReport.Builder::build);
  }

  /** As {@link #explain}, of what the JDK refused alone. */
  public Optional<MisuseReport.Builder> refusal(Throwable error) {
    for (Throwable cause : causes(error)) {
      MisuseReport.Builder report = explainRefusal(cause);
      if (report != null) {
        return Optional.of(report.detectionSite(new Likeness(cause).site()).mode(mode));
      }
    }
    return Optional.empty();
  }

  /** Returns the report that {@code error}, or one of its causes, was thrown with. */
  public static Optional<MisuseReport> told(Throwable error) {
    return causes(error).stream()
        .filter(MemoryMisuseException.class::isInstance)
        .map(cause -> ((MemoryMisuseException) cause).report())
        .findFirst();
  }

  /** Returns {@code error} and its causes, which may go round in a circle. */
  private static Collection<Throwable> causes(Throwable error) {
    Set<Throwable> causes = new LinkedHashSet<>();
    Throwable cause = error;
    while (cause != null && causes.add(cause)) {
      cause = cause.getCause();
    }
    return causes;
  }

  private MisuseReport.@Nullable Builder explainRefusal(Throwable error) {
    String message = error.getMessage() == null ? "" : error.getMessage();
    return switch (error) {
      case IndexOutOfBoundsException _ when isOfADirectBuffer(error) -> outOfBuffer(error);
      case BufferOverflowException _ when isOfADirectBuffer(error) -> outOfBuffer(error);
      case BufferUnderflowException _ when isOfADirectBuffer(error) -> outOfBuffer(error);
      case IndexOutOfBoundsException _ -> outOfBounds(message);
      case WrongThreadException _ when isOfAScope(error) ->
          new Likeness(error)
              .report(
                  MisuseKind.WRONG_THREAD,
                  observer.live(block -> block.ofArena),
                  MisuseConfidence.POSSIBLE,
                  "a block was used by a thread that does not own its arena");
      case IllegalStateException _ when message.equals(CLOSED) && isOfAScope(error) ->
          new Likeness(error)
              .report(
                  MisuseKind.USE_AFTER_FREE,
                  observer.ended(this::endsItsViews),
                  MisuseConfidence.POSSIBLE,
                  viewsEnd
                      ? "a block was used after it had been freed, or its arena closed"
                      : "a block was used after its arena had been closed");
      case InternalError _ when message.contains(FAULT) -> fault(error);
      default -> null;
    };
  }

  /**
   * Tells whether the exception comes from the scope of a segment: the JDK's, or that of an arena
   * of ours. Connections, streams and locks refuse in the same words.
   */
  private static boolean isOfAScope(Throwable error) {
    StackTraceElement[] frames = error.getStackTrace();
    return frames.length > 0
        && (frames[0].getClassName().startsWith(SCOPES)
            || Sites.isKernel(frames[0].getClassName()));
  }

  /** Those of a guarded block do not end: they lead to sealed pages. */
  private boolean endsItsViews(ObservedBlock block) {
    return block.freeCause == FreeCause.ARENA || (viewsEnd && !block.guarded);
  }

  /**
   * Looks among guarded blocks first, as of the others it is only their manager's close that takes
   * the memory away. Views are bounded, so that Java code hits a guard of a live block only where
   * it has made itself a longer one; of a freed block it does so by any stale view.
   */
  private MisuseReport.@Nullable Builder fault(Throwable error) {
    Likeness likeness = new Likeness(error);
    MisuseReport.Builder report =
        likeness.report(
            MisuseKind.USE_AFTER_FREE,
            observer.ended(block -> block.guarded),
            MisuseConfidence.LIKELY,
            "a block was used after it had been freed, and a guard refused it");
    if (report == null) {
      report =
          likeness.report(
              MisuseKind.OVERRUN,
              observer.live(block -> block.guarded),
              MisuseConfidence.LIKELY,
              "memory beyond a block, or before it, was used, and a guard refused it");
    }
    return report != null
        ? report
        : likeness.report(
            MisuseKind.USE_AFTER_FREE,
            observer.ended(_ -> true),
            MisuseConfidence.POSSIBLE,
            "memory was used that is not there any more");
  }

  // ---- through byte buffers ----

  /**
   * Tells whether the exception comes from a buffer whose memory is off the heap. What copies bytes
   * is the same for all byte buffers, but those on the heap go through a method of their own first.
   */
  private static boolean isOfADirectBuffer(Throwable error) {
    List<StackTraceElement> frames =
        Arrays.stream(error.getStackTrace()).takeWhile(Likeness::isOfTheJdk).toList();
    List<String> classes = frames.stream().map(StackTraceElement::getClassName).toList();
    // To wrap an array makes a buffer on the heap, and is refused before there is one.
    return frames.stream().noneMatch(frame -> frame.getMethodName().equals("wrap"))
        && classes.stream().noneMatch(name -> name.startsWith(HEAP_BUFFERS))
        && classes.stream()
            .anyMatch(name -> name.startsWith(DIRECT_BUFFERS) || name.equals(BYTE_BUFFER));
  }

  /**
   * Looks among all blocks, as these exceptions mostly have no message: also those that were freed,
   * which may have been by the end of a try block that the exception went through.
   */
  private MisuseReport.@Nullable Builder outOfBuffer(Throwable error) {
    List<ObservedBlock> candidates = new ArrayList<>(observer.live());
    candidates.addAll(observer.ended(_ -> true));
    return new Likeness(error)
        .report(
            MisuseKind.OVERRUN,
            candidates,
            MisuseConfidence.POSSIBLE,
            "an access through a byte buffer was refused: beyond its end or before its start, or"
                + " for the array that it copies from or to");
  }

  // ---- by address ----

  private MisuseReport.@Nullable Builder outOfBounds(String message) {
    Matcher parts = OUT_OF_BOUNDS.matcher(message);
    if (!parts.find()) {
      return null;
    }
    long segment;
    long size;
    long within;
    try {
      segment = Long.parseUnsignedLong(parts.group("address"), 16);
      size = Long.parseLong(parts.group("size"));
      within = Long.parseLong(parts.group("offset"));
    } catch (NumberFormatException e) {
      return null;
    }
    Located block = blocks.at(segment);
    if (block == null) {
      return null;
    }
    // If the block is dead, it may have died since: by the end of a try block that the exception
    // went through.
    MisuseKind kind = within < 0 ? MisuseKind.UNDERRUN : MisuseKind.OVERRUN;
    MisuseReport.Builder report =
        MisuseReport.builder(kind)
            .block(block.blockId, block.offset == 0 ? size : 0)
            .slotSize(block.slotBytes)
            .detail(
                "an access was refused at byte "
                    + within
                    + " of a segment of "
                    + size
                    + " bytes"
                    + (block.live ? "" : ", whose block has been freed by now"));
    ObservedBlock observed = observer.find(block.blockId);
    if (observed != null) {
      MisuseDesk.addKnown(report, observed);
    }
    if (!viewsEnd && (observed == null || !observed.ofArena)) {
      report.confidence(MisuseConfidence.LIKELY);
    }
    return report.offset(block.offset + within);
  }
}
