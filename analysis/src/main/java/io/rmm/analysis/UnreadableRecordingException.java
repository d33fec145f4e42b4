package io.rmm.analysis;

/** A file is not a recording that can be analysed. The message is one sentence for its user. */
public final class UnreadableRecordingException extends Exception {

  private static final long serialVersionUID = 1;

  /** Makes an exception whose message says what is wrong with the file and what to do. */
  public UnreadableRecordingException(String message) {
    super(message);
  }

  /** As {@link #UnreadableRecordingException(String)}, with what led to it. */
  public UnreadableRecordingException(String message, Throwable cause) {
    super(message, cause);
  }
}
