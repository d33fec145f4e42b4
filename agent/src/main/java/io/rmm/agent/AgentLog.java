package io.rmm.agent;

import java.lang.System.Logger.Level;

/**
 * The agent's log, {@code io.rmm.agent}; asked for when there is something to say, since the first
 * logger of a process costs it 20 ms.
 */
final class AgentLog {

  private AgentLog() {}

  static void warn(String message, Throwable failure) {
    System.getLogger("io.rmm.agent").log(Level.WARNING, message, failure);
  }
}
