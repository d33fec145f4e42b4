package io.rmm.corpus;

/** What became of a misuse. */
enum Outcome {
  /** The method that was called said so, by an exception with the report or the numbers. */
  THROWN("thrown"),
  /** Listeners were told: at the free, by the sweep, or at the manager's close. */
  REPORTED("reported"),
  /** The JDK refused it, and the manager explains the exception with the right block. */
  EXPLAINED("explained"),
  /** The JDK refused it, and the manager does not know which block it was. */
  REFUSED("refused only"),
  /** The process died. */
  DIED("died"),
  /** Nobody noticed. */
  MISSED("missed");

  final String title;

  Outcome(String title) {
    this.title = title;
  }

  /** Tells whether somebody hears what was misused. */
  boolean isDetected() {
    return this == THROWN || this == REPORTED || this == EXPLAINED;
  }
}
