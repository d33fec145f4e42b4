package io.rmm.jmx.ledger;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What native memory tracking knows, from the summary that {@code VM.native_memory summary scale=b}
 * prints.
 *
 * <pre>{@code
 * -                        GC (reserved=162283818, committed=46448938)
 *                             (malloc=4821290 tag=GC #788) (peak=4821306 #773)
 *                             (mmap: reserved=157462528, committed=41627648, at peak)
 * }</pre>
 *
 * <p>A category's memory is partly mapped by the JVM itself, partly from {@code malloc}. The memory
 * map tells what is resident of the first. Of the second nobody can say where it lies, so what the
 * category has committed beyond its mappings is an estimate of what is resident. It is not read
 * from the rows of {@code malloc} and {@code arena}, because there is a third kind, of the
 * tracker's own.
 */
final class TrackedMemory {

  private static final Pattern CATEGORY =
      Pattern.compile(
          "-\\s*(?<name>\\S.*?) \\(reserved=\\d+, committed=(?<committed>\\d{1,18})\\b.*");

  private static final Pattern MAPPED =
      Pattern.compile(
          "\\s*\\((?<kind>mmap|stack): reserved=(?<reserved>\\d{1,18}),"
              + " committed=(?<committed>\\d{1,18})\\b.*");

  /**
   * The memory of one purpose.
   *
   * @param committed all bytes
   * @param mallocBytes those of them that do not lie in mappings of the JVM's own
   * @param mostMapped the length that the mappings of the JVM's own have, those aside that are
   *     reserved only; of stacks the most that it may be, for of them only what is resident counts
   *     as committed
   */
  record Amount(long committed, long mallocBytes, long mostMapped) {

    private static final Amount NONE = new Amount(0, 0, 0);

    private Amount plus(Amount other) {
      return new Amount(
          committed + other.committed,
          mallocBytes + other.mallocBytes,
          mostMapped + other.mostMapped);
    }
  }

  private final Map<Purpose, Amount> amounts;

  private TrackedMemory(Map<Purpose, Amount> amounts) {
    this.amounts = amounts;
  }

  /** Returns what {@code summary} tells, or nothing if it has no category: tracking is off. */
  static Optional<TrackedMemory> parse(String summary) {
    Map<Purpose, Amount> amounts = new EnumMap<>(Purpose.class);
    Purpose purpose = Purpose.OTHER_NMT;
    Matcher category = CATEGORY.matcher("");
    Matcher mapped = MAPPED.matcher("");
    for (String line : (Iterable<String>) summary.lines()::iterator) {
      if (category.reset(line).matches()) {
        purpose = Purpose.ofCategory(category.group("name"));
        long committed = Long.parseLong(category.group("committed"));
        amounts.merge(purpose, new Amount(committed, committed, 0), Amount::plus);
      } else if (!amounts.isEmpty() && mapped.reset(line).matches()) {
        long committed = Long.parseLong(mapped.group("committed"));
        long most =
            mapped.group("kind").equals("stack")
                ? Long.parseLong(mapped.group("reserved"))
                : committed;
        amounts.merge(purpose, new Amount(0, -committed, most), Amount::plus);
      }
    }
    return amounts.isEmpty() ? Optional.empty() : Optional.of(new TrackedMemory(amounts));
  }

  /** Returns what is known of a purpose. */
  Amount of(Purpose purpose) {
    Amount amount = amounts.getOrDefault(purpose, Amount.NONE);
    return new Amount(amount.committed, Math.max(0, amount.mallocBytes), amount.mostMapped);
  }
}
