package io.rmm.jmx.ledger;

import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what the diagnostic command {@code System.map} prints: a row for each mapping, with what
 * the JVM uses it for if native memory tracking is on. The JVM reads the kernel's {@code smaps} for
 * it, at the cost of one reading of that file.
 *
 * <pre>{@code
 * from               to                        vsize prot     rss hugetlb pgsz notes  info     file
 * 0x0000000686800000-0x000000069e400000    398458880 rw-p 9977856       0 4K   com    JAVAHEAP -
 * }</pre>
 *
 * <p>The JVM prints names of threads in rows of stacks with whatever would break a row replaced;
 * file names it prints as they are, blanks and all, but they are last.
 */
final class SystemMap {

  private static final Pattern ROW =
      Pattern.compile(
          "0x(?<start>\\p{XDigit}{1,16})-0x(?<end>\\p{XDigit}{1,16}) +\\d+ +(?<rights>\\S+)"
              + " +(?<resident>\\d{1,18}) +\\d+ +\\S+ +\\S+ +(?<info>\\S+) +(?<file>.*)");

  private static final String NOTHING = "-";

  private SystemMap() {}

  /**
   * Hands on each mapping.
   *
   * @return how many there were
   */
  static int read(String text, Consumer<Mapping> mappings) {
    Matcher row = ROW.matcher(text);
    int count = 0;
    for (int start = 0; start < text.length(); ) {
      int lineEnd = text.indexOf('\n', start);
      int end = lineEnd < 0 ? text.length() : lineEnd;
      if (row.region(start, end).matches()) {
        mappings.accept(
            new Mapping(
                Long.parseUnsignedLong(row.group("start"), 16),
                Long.parseUnsignedLong(row.group("end"), 16),
                row.group("rights").startsWith(Mapping.PLAIN_RIGHTS),
                Long.parseLong(row.group("resident")),
                tag(row.group("info")),
                orEmpty(row.group("file"))));
        count++;
      }
      start = end + 1;
    }
    return count;
  }

  /**
   * The first word of the tag: a stack's has the thread's name after it, and a mapping that the
   * kernel merged from several has several.
   */
  private static String tag(String info) {
    int end = 0;
    while (end < info.length() && Character.isLetter(info.charAt(end))) {
      end++;
    }
    return info.substring(0, end);
  }

  private static String orEmpty(String file) {
    return file.equals(NOTHING) ? "" : file;
  }
}
