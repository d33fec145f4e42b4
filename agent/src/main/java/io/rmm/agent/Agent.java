package io.rmm.agent;

import java.lang.instrument.Instrumentation;

/**
 * Begins the agent of this process. Apart from {@link Session}, because nothing that names a hook
 * can be loaded before the hooks are defined.
 */
public final class Agent {

  private Agent() {}

  /**
   * Starts it. Called by the class that the agent's jar names.
   *
   * @param options as on the command line
   * @param late whether the program runs already
   * @return what ends the agent
   * @throws IllegalArgumentException if an option is wrong; then nothing has changed
   * @throws IllegalStateException if this JDK is not as expected; then nothing has changed
   */
  public static AutoCloseable start(
      Instrumentation instrumentation, String options, boolean late) {
    AgentOptions parsed = AgentOptions.parse(options);
    Hooks hooks = new Hooks(instrumentation);
    hooks.define();
    return Session.begin(hooks, parsed, late);
  }
}
