package io.rmm.allocator.postmortem;

import io.rmm.allocator.MisuseConfidence;
import io.rmm.allocator.MisuseKind;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which block an access concerned that a guard has stopped, and in what way.
 *
 * <p>An access to the pages of a freed block is a use of that block, whatever it meant to reach. An
 * access to the page between two blocks ran out of the one or the other: of the live ones the one
 * that is nearer is named, as far accesses are seldom; where both are about as near, or the page
 * lies next to a freed block too, that is a guess and is said to be one.
 *
 * <p>The idea is that of GWP-ASan in LLVM: a pure function of the table and the address, so that it
 * can be asked after the process has died.
 *
 * @param kind {@code OVERRUN}, {@code UNDERRUN} or {@code USE_AFTER_FREE}
 * @param record what is known of the block
 * @param offset that of the access from the block's first byte
 * @param confidence how sure it is
 */
public record Diagnosis(
    MisuseKind kind, SlotRecord record, long offset, MisuseConfidence confidence) {

  /** A block near the address, and how far the address is from it. */
  private record Candidate(SlotRecord record, MisuseKind kind, long distance) {}

  /**
   * Returns what an access to {@code address} was; empty if it concerned no block that is known.
   */
  public static Optional<Diagnosis> of(SlotFile file, long address) {
    Optional<SlotRecord> holder =
        file.records().stream().filter(record -> holds(record.slot(), address)).findFirst();
    return holder.isPresent()
        ? holder.flatMap(record -> inPages(record, address))
        : inGuard(file, address);
  }

  private static boolean holds(Slot slot, long address) {
    return address >= slot.start() && address < slot.end();
  }

  /** The pages of a live block are open: if it was the block itself, no guard has stopped it. */
  private static Optional<Diagnosis> inPages(SlotRecord record, long address) {
    return record.freed()
        ? Optional.of(
            diagnosis(MisuseKind.USE_AFTER_FREE, record, address, MisuseConfidence.CERTAIN))
        : Optional.empty();
  }

  private static Optional<Diagnosis> inGuard(SlotFile file, long address) {
    var candidates =
        file.records().stream()
            .flatMap(record -> candidate(record, address, file.pageSize()))
            .sorted(
                Comparator.comparing((Candidate candidate) -> candidate.record.freed())
                    .thenComparingLong(Candidate::distance))
            .toList();
    if (candidates.isEmpty()) {
      return Optional.empty();
    }
    Candidate best = candidates.getFirst();
    boolean plain = candidates.size() == 1 || candidates.get(1).distance > 4 * (best.distance + 16);
    return Optional.of(
        diagnosis(
            best.kind,
            best.record,
            address,
            plain ? MisuseConfidence.LIKELY : MisuseConfidence.POSSIBLE));
  }

  private static Stream<Candidate> candidate(SlotRecord record, long address, long pageSize) {
    Slot slot = record.slot();
    long behind = address - slot.end();
    long before = slot.start() - address;
    if (behind >= 0 && behind < pageSize) {
      return Stream.of(
          new Candidate(record, kind(record, MisuseKind.OVERRUN), address - slot.blockEnd()));
    }
    if (before > 0 && before <= pageSize) {
      return Stream.of(
          new Candidate(record, kind(record, MisuseKind.UNDERRUN), slot.address() - address));
    }
    return Stream.empty();
  }

  private static MisuseKind kind(SlotRecord record, MisuseKind ofLive) {
    return record.freed() ? MisuseKind.USE_AFTER_FREE : ofLive;
  }

  private static Diagnosis diagnosis(
      MisuseKind kind, SlotRecord record, long address, MisuseConfidence confidence) {
    return new Diagnosis(kind, record, address - record.slot().address(), confidence);
  }
}
