package io.rmm.jmx.ledger;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What owners say that they have committed, and what of it they claim from the resident memory that
 * no mapping attributes to anybody.
 *
 * <p>What the JDK hands to Java code (direct buffers, arenas) it fills with zeros before, so that
 * it is resident; it is met first. What {@code malloc} gives the JVM itself may be untouched.
 */
final class Claims {

  /** What the JVM allocates with {@code malloc} beside what it maps. */
  private static final List<Purpose> PARTLY_FROM_MALLOC =
      List.of(
          Purpose.METASPACE,
          Purpose.CLASS_DATA,
          Purpose.CODE,
          Purpose.THREADS,
          Purpose.GC,
          Purpose.OTHER_NMT);

  /**
   * What is neither in a range that is known by its addresses, nor a file, as the class data
   * archive is.
   */
  private static final List<Purpose> KNOWN_BY_TAGS_ALONE =
      List.of(Purpose.METASPACE, Purpose.THREADS, Purpose.GC, Purpose.OTHER_NMT);

  private final PlatformMemory platform;
  private final Managers managers;
  private final LocatedBlocks located;
  private final Optional<TrackedMemory> tracked;
  private final boolean mapped;
  private final Map<Purpose, Long> committed = new EnumMap<>(Purpose.class);

  /**
   * Collects the claims.
   *
   * @param located what has been measured where it lies
   * @param tracked what native memory tracking knows, if it is on
   * @param mapped whether mappings are known
   */
  Claims(
      PlatformMemory platform,
      Managers managers,
      LocatedBlocks located,
      Optional<TrackedMemory> tracked,
      boolean mapped) {
    this.platform = platform;
    this.managers = managers;
    this.located = located;
    this.tracked = tracked;
    this.mapped = mapped;
    committed.put(Purpose.JAVA_HEAP, platform.heap());
    committed.put(Purpose.METASPACE, platform.metaspace());
    committed.put(Purpose.CODE, platform.code());
    committed.put(Purpose.DIRECT_BUFFERS, platform.direct());
    committed.put(Purpose.RMM, managers.total());
    Seen seen = managers.seen();
    if (seen.isKnown()) {
      committed.put(Purpose.ARENAS, Math.max(0, seen.ofJdk() - managers.inArenas()));
      committed.put(Purpose.DOWNCALLS, seen.malloc() + seen.mmap());
    }
    tracked.ifPresent(this::addTracked);
  }

  private void addTracked(TrackedMemory memory) {
    for (Purpose purpose : PARTLY_FROM_MALLOC) {
      committed.put(purpose, memory.of(purpose).committed());
    }
    committed.put(Purpose.JAVA_HEAP, memory.of(Purpose.JAVA_HEAP).committed());
    committed.put(
        Purpose.ARENAS,
        Math.max(
            0, memory.of(Purpose.ARENAS).committed() - platform.direct() - managers.inArenas()));
  }

  /** Returns the committed bytes, as far as they are known. */
  Map<Purpose, Long> committed() {
    return committed;
  }

  /**
   * Meets the claims.
   *
   * @return bytes that could not be met
   */
  long meet(Division division) {
    tracked.ifPresent(
        memory -> {
          for (Purpose purpose : PARTLY_FROM_MALLOC) {
            division.expect(purpose, memory.of(purpose).mostMapped());
          }
        });
    division.claimCertain(Purpose.RMM, managers.inArenas());
    division.claimCertain(Purpose.DIRECT_BUFFERS, platform.direct());
    division.claimCertain(
        Purpose.ARENAS, committed.getOrDefault(Purpose.ARENAS, 0L) - located.bytesOf(Seen.UNSAFE));
    return division.claimAll(mapped ? besideMappings(division) : allOf());
  }

  private Map<Purpose, Long> besideMappings(Division division) {
    Map<Purpose, Long> claims = new EnumMap<>(Purpose.class);
    claims.put(Purpose.RMM, managers.elsewhere());
    claims.put(
        Purpose.DOWNCALLS, Math.max(0, managers.seen().malloc() - located.bytesOf(Seen.MALLOC)));
    if (tracked.isPresent() && division.hasTags()) {
      for (Purpose purpose : PARTLY_FROM_MALLOC) {
        claims.put(purpose, tracked.get().of(purpose).mallocBytes());
      }
    } else {
      // Ranges and files are all that has been found: what is neither has been measured nowhere.
      for (Purpose purpose : KNOWN_BY_TAGS_ALONE) {
        claims.put(purpose, committed.getOrDefault(purpose, 0L));
      }
      for (Purpose purpose : List.of(Purpose.JAVA_HEAP, Purpose.CODE)) {
        if (!division.hasMeasured(purpose)) {
          claims.put(purpose, committed.getOrDefault(purpose, 0L));
        }
      }
    }
    return claims;
  }

  private Map<Purpose, Long> allOf() {
    Map<Purpose, Long> claims = new EnumMap<>(committed);
    claims.remove(Purpose.DIRECT_BUFFERS);
    claims.remove(Purpose.ARENAS);
    claims.merge(Purpose.RMM, -managers.inArenas(), Long::sum);
    return claims;
  }
}
