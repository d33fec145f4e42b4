package io.rmm.allocator.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which part of the last ten seconds went by in waiting for memory, as Linux tells it ("pressure
 * stall information", since 4.20), of the whole machine or of one control group.
 *
 * @param some percent of the time in which one thread waited at least
 * @param full percent of the time in which all did, so that no work was done
 */
public record StalledTime(double some, double full) {

  /** Where that of the machine stands, below the root of the file system. */
  public static final String OF_THE_MACHINE = "proc/pressure/memory";

  private static final Pattern SOME = average("some");
  private static final Pattern FULL = average("full");

  private static Pattern average(String kind) {
    return Pattern.compile("^" + kind + " avg10=([0-9]{1,3}(?:\\.[0-9]+)?) ", Pattern.MULTILINE);
  }

  /**
   * Reads what stands in {@code file}.
   *
   * @throws IOException if it cannot be read, as where the kernel does not keep such times, or if
   *     it says something else
   */
  public static StalledTime read(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    return new StalledTime(percent(SOME, text, file), percent(FULL, text, file));
  }

  private static double percent(Pattern average, String text, Path file) throws IOException {
    Matcher matcher = average.matcher(text);
    if (!matcher.find()) {
      throw new IOException(file + " does not tell how long memory was waited for");
    }
    return Double.parseDouble(matcher.group(1));
  }
}
