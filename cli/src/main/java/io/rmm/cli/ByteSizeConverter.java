package io.rmm.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes such as {@code 64m} and {@code 1g}, in powers of 1024; bare numbers are bytes. */
final class ByteSizeConverter implements ITypeConverter<Long> {

  private static final Pattern FORM = Pattern.compile("(\\d{1,18})([kmgt]?)b?");

  /** Made by picocli. */
  ByteSizeConverter() {}

  @Override
  public Long convert(String text) {
    Matcher parts = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (parts.matches()) {
      int power = parts.group(2).isEmpty() ? 0 : 1 + "kmgt".indexOf(parts.group(2));
      try {
        return Math.multiplyExact(Long.parseLong(parts.group(1)), 1L << (10 * power));
      } catch (ArithmeticException e) {
        throw notASize(text);
      }
    }
    throw notASize(text);
  }

  private static TypeConversionException notASize(String text) {
    return new TypeConversionException(
        "'" + text + "' is no size of memory; write for example 64m or 1g");
  }
}
