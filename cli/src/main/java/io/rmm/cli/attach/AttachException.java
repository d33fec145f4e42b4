package io.rmm.cli.attach;

/** A JVM could not be reached, or no longer. The message is a sentence for people. */
public final class AttachException extends Exception {

  private static final long serialVersionUID = 1;

  /** Makes an exception without a cause that would help anybody. */
  public AttachException(String message) {
    super(message);
  }

  /** Makes an exception. */
  public AttachException(String message, Throwable cause) {
    super(message, cause);
  }
}
