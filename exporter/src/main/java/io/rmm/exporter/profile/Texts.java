package io.rmm.exporter.profile;

import io.rmm.allocator.Site;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Frames as texts, the same in all formats.
 *
 * <p>Names may come from a program's input (budgets), or from another process; control characters
 * would break lines, fields and terminals, and become replacement characters.
 */
final class Texts {

  /** What stands for the frames of a site of which none are known. */
  static final String UNKNOWN = "unknown";

  /**
   * Controls, the line and paragraph separators, what turns text around (CVE-2021-42574), and
   * halves of surrogate pairs, which UTF-8 cannot express.
   */
  private static final Pattern CONTROL =
      Pattern.compile("[\\p{Cc}\\p{Cs}\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069]");

  private Texts() {}

  static String printable(String text) {
    return CONTROL.matcher(text).replaceAll("\ufffd");
  }

  static String function(StackTraceElement frame) {
    return printable(frame.getClassName() + "." + frame.getMethodName());
  }

  /** Returns file and line, the file alone, or nothing, as far as they are known. */
  static String place(StackTraceElement frame) {
    String file = frame.getFileName();
    if (file == null) {
      return "";
    }
    return printable(frame.getLineNumber() > 0 ? file + ":" + frame.getLineNumber() : file);
  }

  static List<StackTraceElement> outermostFirst(Site site) {
    return site.frames().reversed();
  }
}
