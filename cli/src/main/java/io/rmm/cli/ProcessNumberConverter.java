package io.rmm.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the number of a process. */
final class ProcessNumberConverter implements ITypeConverter<Long> {

  /** Made by picocli. */
  ProcessNumberConverter() {}

  @Override
  public Long convert(String text) {
    // More digits than any system uses, and fewer than a long has.
    if (!text.matches("[1-9]\\d{0,17}")) {
      throw new TypeConversionException(
          "'" + text + "' is no process number; 'rmm top' lists the JVMs with theirs");
    }
    return Long.parseLong(text);
  }
}
