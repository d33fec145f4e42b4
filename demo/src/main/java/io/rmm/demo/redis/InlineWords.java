package io.rmm.demo.redis;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Splits an inline command, the form in which people type, into words: by blanks, with quotes and
 * escapes as Redis knows them ({@code "\x41\n"}, {@code 'it\'s'}).
 */
final class InlineWords {

  private final byte[] line;
  private int at;

  private InlineWords(String line) {
    this.line = line.getBytes(InlineCommandDecoder.BYTES);
  }

  /**
   * Returns the words of {@code line}, whose characters are bytes; none if it is blank.
   *
   * @throws ProtocolException if a quote is not closed, or not followed by a blank
   */
  static List<byte[]> split(String line) throws ProtocolException {
    InlineWords splitter = new InlineWords(line);
    List<byte[]> words = new ArrayList<>();
    while (splitter.skipBlanks()) {
      words.add(splitter.word());
    }
    return words;
  }

  private boolean skipBlanks() {
    while (at < line.length && isBlank(line[at])) {
      at++;
    }
    return at < line.length;
  }

  private byte[] word() throws ProtocolException {
    ByteArrayOutputStream word = new ByteArrayOutputStream();
    while (at < line.length && !isBlank(line[at])) {
      byte next = line[at++];
      if (next == '"') {
        doubleQuoted(word);
      } else if (next == '\'') {
        singleQuoted(word);
      } else {
        word.write(next);
      }
    }
    return word.toByteArray();
  }

  private void doubleQuoted(ByteArrayOutputStream word) throws ProtocolException {
    for (byte next = quoted(); next != '"'; next = quoted()) {
      word.write(next == '\\' ? escaped() : next);
    }
    closeQuotes();
  }

  private void singleQuoted(ByteArrayOutputStream word) throws ProtocolException {
    for (byte next = quoted(); next != '\''; next = quoted()) {
      if (next == '\\' && at < line.length && line[at] == '\'') {
        next = quoted();
      }
      word.write(next);
    }
    closeQuotes();
  }

  private byte escaped() throws ProtocolException {
    byte next = quoted();
    if (next == 'x'
        && at + 2 <= line.length
        && HexFormat.isHexDigit(line[at])
        && HexFormat.isHexDigit(line[at + 1])) {
      int value = (HexFormat.fromHexDigit(line[at]) << 4) | HexFormat.fromHexDigit(line[at + 1]);
      at += 2;
      return (byte) value;
    }
    return switch (next) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'a' -> 7;
      default -> next;
    };
  }

  private byte quoted() throws ProtocolException {
    if (at == line.length) {
      throw unbalanced();
    }
    return line[at++];
  }

  private void closeQuotes() throws ProtocolException {
    if (at < line.length && !isBlank(line[at])) {
      throw unbalanced();
    }
  }

  private static boolean isBlank(byte character) {
    return character == ' ' || (character >= '\t' && character <= '\r') || character == 0;
  }

  private static ProtocolException unbalanced() {
    return new ProtocolException("unbalanced quotes in request");
  }
}
