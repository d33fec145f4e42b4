package io.rmm.analysis.report;

import java.util.regex.Pattern;

/**
 * Text without control characters.
 *
 * <p>Names come from a file that anybody may have made; a terminal obeys control characters, and
 * HTML does not allow them.
 */
final class Printable {

  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\\t\\n\\r]]");

  private Printable() {}

  /** Returns the text with a replacement character in the place of each control character. */
  static String of(String text) {
    return CONTROL.matcher(text).replaceAll("\ufffd");
  }
}
