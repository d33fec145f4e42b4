package io.rmm.demo;

/** The demo cannot run, or go on. The message is one line that says what to do. */
public final class DemoException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Makes the exception. */
  public DemoException(String message) {
    super(message);
  }

  /** Makes the exception, with what it was that failed. */
  public DemoException(String message, Throwable cause) {
    super(message, cause);
  }
}
