package io.rmm.agent;

import java.lang.instrument.Instrumentation;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Begins the agent of this process. Apart from {@link Session}, because nothing that names a hook
 * can be loaded before the hooks are defined.
 *
 * <p>The agent's entry has it loaded by its name, and initialized: then it gives itself to its
 * class loader, which is the entry's. They know each other by interfaces of the JDK alone. To be
 * made or called by reflection would take 17 ms, in which the JDK makes method handles.
 *
 * <p>The program waits while this runs, in a process that has just begun: so here, and in what this
 * calls, there are no lambdas, streams, regular expressions or loggers, each of which takes some
 * milliseconds the first time; and the module is compiled without {@code invokedynamic} for
 * strings.
 */
final class Agent implements Function<Object[], AutoCloseable> {

  static {
    giveTo(Agent.class.getClassLoader());
  }

  private Agent() {}

  @SuppressWarnings("unchecked") // it is the entry's
  private static void giveTo(ClassLoader loader) {
    ((Consumer<Function<Object[], AutoCloseable>>) loader).accept(new Agent());
  }

  /**
   * Starts it.
   *
   * @param arguments the {@link Instrumentation}; the options as on the command line; and whether
   *     the program runs already
   * @return what ends the agent
   * @throws IllegalArgumentException if an option is wrong; then nothing has changed
   * @throws IllegalStateException if this JDK is not as expected; then nothing has changed
   */
  @Override
  public AutoCloseable apply(Object[] arguments) {
    AgentOptions options = AgentOptions.parse((String) arguments[1]);
    Hooks hooks = new Hooks((Instrumentation) arguments[0]);
    hooks.define();
    return Session.begin(hooks, options, (Boolean) arguments[2]);
  }
}
