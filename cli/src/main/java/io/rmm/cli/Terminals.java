package io.rmm.cli;

import java.io.Console;

/** Whether there is a terminal, and what its user wants. */
final class Terminals {

  private Terminals() {}

  /** Tells whether both input and output are a terminal's. */
  @SuppressWarnings("SystemConsoleNull") // from JDK 25 on it is null again where there is none
  static boolean present() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Tells whether the terminal can draw anywhere on its screen. */
  static boolean canDraw() {
    String kind = System.getenv("TERM");
    return kind != null && !kind.isEmpty() && !kind.equals("dumb");
  }

  /** See https://no-color.org. */
  static boolean coloursWanted() {
    String forbidden = System.getenv("NO_COLOR");
    return forbidden == null || forbidden.isEmpty();
  }
}
