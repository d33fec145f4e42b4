package io.rmm.demo.redis;

import java.nio.charset.StandardCharsets;

/** Integers as Redis reads them: decimal, 64 bits, and in one spelling only. */
final class Integers {

  /** Characters of {@link Long#MIN_VALUE}. */
  static final int LONGEST = 20;

  private Integers() {}

  /**
   * Reads {@code text}.
   *
   * @throws CommandException if it is not an integer, or not spelt as Redis would spell it: no
   *     blanks, no plus sign, no leading zeros
   */
  static long parse(byte[] text) throws CommandException {
    if (text.length <= LONGEST) {
      String spelling = new String(text, StandardCharsets.ISO_8859_1);
      try {
        long value = Long.parseLong(spelling);
        if (Long.toString(value).equals(spelling)) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw notAnInteger();
      }
    }
    throw notAnInteger();
  }

  static CommandException notAnInteger() {
    return new CommandException("ERR value is not an integer or out of range");
  }
}
