package io.rmm.demo.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InlineWordsTest {

  static Stream<Arguments> lines() {
    return Stream.of(
        arguments("", List.of()),
        arguments(" \t ", List.of()),
        arguments("a  b\tc ", List.of("a", "b", "c")),
        arguments("\"a b\" 'c d'", List.of("a b", "c d")),
        arguments("\"\" ''", List.of("", "")),
        arguments("a\"b c\"", List.of("ab c")),
        arguments("\"\\x41\\n\\r\\t\\b\\a\\\\\\\"\\q\"", List.of("A\n\r\t\b\u0007\\\"q")),
        arguments("\"\\x4\" \"\\xzz\"", List.of("x4", "xzz")),
        arguments("'it\\'s' 'a\\n'", List.of("it's", "a\\n")),
        arguments("\u00e4 '\u00ff'", List.of("\u00e4", "\u00ff")));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void splitsAsRedisDoes(String line, List<String> words) throws ProtocolException {
    assertThat(InlineWords.split(line))
        .extracting(word -> new String(word, StandardCharsets.ISO_8859_1))
        .isEqualTo(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a", "'a", "\"a\"b", "'a'b", "\"a\\", "'", "a \"b\"\"c\""})
  void refusesQuotesThatAreNotClosed(String line) {
    assertThatThrownBy(() -> InlineWords.split(line))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("unbalanced quotes in request");
  }
}
