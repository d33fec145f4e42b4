package io.rmm.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "1572864, 1.5 MiB",
    "104857600, 100 MiB",
    "9223372036854775807, 8.0 EiB"
  })
  void bytesAreSpelled(long bytes, String spelled) {
    assertThat(Amounts.bytes(bytes)).isEqualTo(spelled);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "'99999', '99,999'",
    "100000, 100 k",
    "'1234567', '1,235 k'",
    "9999499999, '9,999 M'",
    "9223372036854775807, '9,223 P'"
  })
  void countsAreSpelled(long count, String spelled) {
    assertThat(Amounts.count(count)).isEqualTo(spelled).hasSizeLessThanOrEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"-5, 0 s", "59, 59 s", "60, 1 min 0 s", "3661, 1 h 1 min", "90000, 1 d 1 h"})
  void timesAreSpelled(long seconds, String spelled) {
    assertThat(Amounts.time(Duration.ofSeconds(seconds))).isEqualTo(spelled);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\u001bb", "a\u007fb", "a\u202eb", "a\u2028b", "a\ud800b"})
  void whatWouldSteerATerminalIsReplaced(String text) {
    assertThat(Amounts.printable(text)).isEqualTo("a?b");
  }

  @Test
  void whatCanBePrintedStays() {
    assertThat(Amounts.printable("root/\u00e9 \u4e2d \ud83d\ude00"))
        .isEqualTo("root/\u00e9 \u4e2d \ud83d\ude00");
  }

  /** A Chinese character and an emoji take two columns each. */
  @ParameterizedTest
  @CsvSource({
    "abc, 'abc  ', 'abc  '",
    "abcdef, 'abcd\u2026', '\u2026cdef'",
    "'\u4e2d\u6587', '\u4e2d\u6587 ', '\u4e2d\u6587 '",
    "'\u4e2d\u6587\u540d', '\u4e2d\u6587\u2026', '\u2026\u6587\u540d'",
    "'a\u4e2d\u6587b', 'a\u4e2d\u2026 ', '\u2026\u6587b '",
    "'abc\ud83d\ude00\ud83d\ude00', 'abc\u2026 ', '\u2026\ud83d\ude00\ud83d\ude00'"
  })
  void textsTakeFiveColumns(String text, String end, String begin) {
    assertThat(Amounts.fit(text, 5)).isEqualTo(end);
    assertThat(Amounts.fitPath(text, 5)).isEqualTo(begin);
  }

  @Test
  void aLongNameIsMadeBrief() {
    assertThat(Amounts.brief("root/\u001b[2J")).isEqualTo("root/?[2J");
    assertThat(Amounts.brief("x".repeat(10_000) + "/end")).hasSize(100).endsWith("x/end");
  }
}
