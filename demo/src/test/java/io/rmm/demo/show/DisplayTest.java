package io.rmm.demo.show;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisplayTest {

  private final StringWriter text = new StringWriter();

  private Display display(boolean terminal, boolean colours) {
    return new Display(new PrintWriter(text), terminal, colours);
  }

  private String written() {
    return text.toString().replace(System.lineSeparator(), "\n");
  }

  @Test
  void onATerminalATableTakesThePlaceOfTheOneBefore() {
    Display display = display(true, true);
    display.redraw(List.of("a", "b"));
    display.redraw(List.of("c", "d", "e"));
    display.redraw(List.of("f"));
    assertThat(written()).isEqualTo("a\nb\n\u001b[2A\u001b[Jc\nd\ne\n\u001b[3A\u001b[Jf\n");
  }

  @Test
  void onATerminalOtherLinesStandAboveTheTable() {
    Display display = display(true, true);
    display.redraw(List.of("table"));
    display.print(List.of("line"));
    display.endTable();
    display.print(List.of("end"));
    assertThat(written()).isEqualTo("table\n\u001b[1A\u001b[Jline\ntable\nend\n");
  }

  @Test
  void elsewhereNothingIsTakenBackOrRepeated() {
    Display display = display(false, false);
    display.redraw(List.of("a"));
    display.print(List.of("line"));
    display.redraw(List.of("b"));
    assertThat(written()).isEqualTo("a\nline\nb\n");
  }

  @Test
  void coloursMayBeUnwanted() {
    assertThat(display(true, false).bold("x") + display(true, false).red("y")).isEqualTo("xy");
    assertThat(display(true, true).bold("x")).isEqualTo("\u001b[1mx\u001b[0m");
  }
}
