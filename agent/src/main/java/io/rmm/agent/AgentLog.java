package io.rmm.agent;

/**
 * What the agent has to say: on standard error, as its entry does. A logger would begin the
 * program's logging before the program has chosen how to log, which some servers do not survive.
 */
final class AgentLog {

  private AgentLog() {}

  @SuppressWarnings("SystemOut")
  static void say(String message) {
    System.err.println("rmm-agent: " + message);
  }

  static void warn(String message, Throwable failure) {
    say(message + ": " + failure);
  }
}
