package io.rmm.benchmarks.run;

import org.jspecify.annotations.Nullable;

/** A run that did not come to its end; the message says why in one line. */
final class WorkFailedException extends Exception {

  private static final long serialVersionUID = 1;

  WorkFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
