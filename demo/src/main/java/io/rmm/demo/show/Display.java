package io.rmm.demo.show;

import java.io.PrintWriter;
import java.util.List;

/**
 * Where the demo writes. On a terminal a new table takes the place of the one before, and other
 * lines scroll by above it; elsewhere everything is simply written one after the other. Safe for
 * use by several threads.
 */
public final class Display {

  private static final String BOLD = "\u001b[1m";
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";

  private final PrintWriter out;
  private final boolean terminal;
  private final boolean colours;
  private List<String> table = List.of();

  /**
   * Makes a display.
   *
   * @param out where to write
   * @param terminal whether that is a terminal, on which tables are redrawn in place
   * @param colours whether to use bold letters and colours
   */
  public Display(PrintWriter out, boolean terminal, boolean colours) {
    this.out = out;
    this.terminal = terminal;
    this.colours = colours;
  }

  /** Writes lines that stay. */
  public synchronized void print(List<String> lines) {
    erase();
    lines.forEach(out::println);
    table.forEach(out::println);
    out.flush();
  }

  /** Shows the next state of the table. */
  public synchronized void redraw(List<String> lines) {
    erase();
    lines.forEach(out::println);
    out.flush();
    // Elsewhere than on a terminal nothing can be taken back, and nothing is repeated.
    table = terminal ? List.copyOf(lines) : List.of();
  }

  /** Leaves the table as it stands, so that what follows is written below it. */
  public synchronized void endTable() {
    table = List.of();
  }

  String bold(String text) {
    return colours ? BOLD + text + PLAIN : text;
  }

  String red(String text) {
    return colours ? RED + text + PLAIN : text;
  }

  private void erase() {
    if (!table.isEmpty()) {
      out.print("\u001b[" + table.size() + "A\u001b[J"); // up, and erase from there
    }
  }
}
