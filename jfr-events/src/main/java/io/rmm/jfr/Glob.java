package io.rmm.jfr;

import java.util.stream.IntStream;

/**
 * A pattern for a text: {@code *} stands for any characters or none, {@code ?} for any one, and a
 * backslash takes the meaning from the character after it.
 *
 * <p>Not by a regular expression, which tries all ways to share a text among many stars: here only
 * the last star is ever tried again, so that a match takes length times length at the worst.
 */
final class Glob {

  private static final int ANY_ONE = -1;
  private static final int ANY = -2;

  private final int[] tokens;

  Glob(String text) {
    IntStream.Builder builder = IntStream.builder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        builder.add(text.charAt(i));
      } else {
        builder.add(c == '*' ? ANY : c == '?' ? ANY_ONE : c);
      }
    }
    tokens = builder.build().toArray();
  }

  /** Tells whether all of {@code text} is as the pattern says. */
  boolean matches(String text) {
    int token = 0;
    int star = -1;
    int starEnd = 0;
    int i = 0;
    while (i < text.length()) {
      if (token < tokens.length && tokens[token] == ANY) {
        star = token;
        starEnd = i;
        token++;
      } else if (token < tokens.length
          && (tokens[token] == ANY_ONE || tokens[token] == text.charAt(i))) {
        token++;
        i++;
      } else if (star >= 0) {
        // The last star takes one character more.
        token = star + 1;
        starEnd++;
        i = starEnd;
      } else {
        return false;
      }
    }
    while (token < tokens.length && tokens[token] == ANY) {
      token++;
    }
    return token == tokens.length;
  }
}
