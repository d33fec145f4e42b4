package io.rmm.jmx.ledger;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code /proc/self/smaps}, for a JVM that does not print its memory map: what each mapping
 * is for is not known from it, but how much of it is resident, and of which file it is.
 *
 * <p>Read line by line, so that it takes no more memory for a process of a million mappings. The
 * kernel holds the process's map for some mappings at a time; those that come or go in between are
 * in what is read or not, and each that is, is whole.
 */
final class Smaps {

  private static final Pattern HEADER =
      Pattern.compile(
          "(?<start>\\p{XDigit}{1,16})-(?<end>\\p{XDigit}{1,16}) (?<rights>\\S{4}) \\p{XDigit}+ \\S+ \\d+"
              + " *(?<file>.*)");

  private static final Pattern RESIDENT = Pattern.compile("Rss: +(\\d{1,15}) kB");

  private Smaps() {}

  /**
   * Hands on each mapping.
   *
   * @return how many there were
   * @throws IOException if the file cannot be read
   */
  static int read(Path smaps, Consumer<Mapping> mappings) throws IOException {
    // Not as UTF-8: the names of mapped files may be anything.
    try (BufferedReader reader = Files.newBufferedReader(smaps, StandardCharsets.ISO_8859_1)) {
      Matcher header = HEADER.matcher("");
      Matcher resident = RESIDENT.matcher("");
      int count = 0;
      MatchResult mapping = null;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        // Of the 25 lines of a mapping most need not be looked at any closer.
        if (line.startsWith("Rss:")) {
          if (mapping != null && resident.reset(line).matches()) {
            mappings.accept(mapping(mapping, Long.parseLong(resident.group(1)) << 10));
            mapping = null;
            count++;
          }
        } else if (!line.isEmpty() && !Character.isUpperCase(line.charAt(0))) {
          mapping = header.reset(line).matches() ? header.toMatchResult() : null;
        }
      }
      return count;
    }
  }

  private static Mapping mapping(MatchResult header, long resident) {
    return new Mapping(
        Long.parseUnsignedLong(header.group("start"), 16),
        Long.parseUnsignedLong(header.group("end"), 16),
        header.group("rights").startsWith(Mapping.PLAIN_RIGHTS),
        resident,
        "",
        header.group("file"));
  }
}
