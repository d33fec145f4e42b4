package io.rmm.demo.redis;

/** What a client sent is not the Redis protocol: it is told so, and the connection ends. */
final class ProtocolException extends Exception {

  private static final long serialVersionUID = 1L;

  ProtocolException(String message) {
    super(message, null, false, false); // an answer to a client, not a fault of ours: no stack
  }
}
