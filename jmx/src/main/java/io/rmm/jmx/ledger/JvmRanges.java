package io.rmm.jmx.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the Java heap and the code cache lie, for a JVM whose memory map does not tell, because
 * native memory tracking is off. They are reserved once and for all when the JVM starts.
 */
final class JvmRanges {

  private static final String ADDRESS = "0x(\\p{XDigit}{1,16})";

  /** The first and the last address in brackets; some collectors have a third between them. */
  private static final Pattern BRACKETS =
      Pattern.compile("\\[" + ADDRESS + ", (?:0x\\p{XDigit}+, )?" + ADDRESS + "[)\\]]");

  private record Range(long start, long end, Purpose purpose) {}

  private final List<Range> ranges = new ArrayList<>();

  JvmRanges(DiagnosticCommands commands) {
    commands.heapInfo().ifPresent(text -> add(text, Purpose.JAVA_HEAP));
    commands.codeCache().ifPresent(text -> add(text, Purpose.CODE));
  }

  private void add(String text, Purpose purpose) {
    Matcher brackets = BRACKETS.matcher(text);
    while (brackets.find()) {
      long start = Long.parseUnsignedLong(brackets.group(1), 16);
      long end = Long.parseUnsignedLong(brackets.group(2), 16);
      if (Long.compareUnsigned(start, end) < 0) {
        ranges.add(new Range(start, end, purpose));
      }
    }
  }

  /** Returns what the memory at {@code address} is for, if it lies in one of the ranges. */
  Optional<Purpose> purposeOf(long address) {
    for (Range range : ranges) {
      if (Long.compareUnsigned(address, range.start) >= 0
          && Long.compareUnsigned(address, range.end) < 0) {
        return Optional.of(range.purpose);
      }
    }
    return Optional.empty();
  }
}
