package io.rmm.jmx.ledger;

import io.rmm.allocator.log.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What stands in a file of a control group.
 *
 * <p>That there is no such file is nothing unusual: the topmost group has no limit, and one that
 * does not count memory has no usage. That it cannot be read is.
 *
 * @param text what stands in it, or an empty string
 * @param isUnreadable whether the file is there and cannot be read
 */
record GroupFile(String text, boolean isUnreadable) {

  static GroupFile read(Path file) {
    try {
      return new GroupFile(Files.readString(file, StandardCharsets.ISO_8859_1).strip(), false);
    } catch (NoSuchFileException e) {
      return new GroupFile("", false);
    } catch (IOException e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, file + " cannot be read", e);
      return new GroupFile("", true);
    }
  }

  /** Returns the number that the file is, if it is one. */
  OptionalLong number() {
    return parse(text);
  }

  /** Returns the number that stands behind {@code key} in a line of its own. */
  OptionalLong value(String key) {
    return text.lines()
        .filter(line -> line.startsWith(key + " "))
        .map(line -> parse(line.substring(key.length() + 1)))
        .findFirst()
        .orElse(OptionalLong.empty());
  }

  private static OptionalLong parse(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
