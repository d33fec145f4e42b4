package io.rmm.cli;

import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Ctrl-C, SIGTERM and the end of the terminal as a request to end in order.
 *
 * <p>A shutdown hook would not do: it runs beside that of Flight Recorder, which drops what is
 * being recorded, and the exit code would be that of a killed process. The JDK's only means are the
 * classes {@code sun.misc.Signal} and {@code SignalHandler}; the compiler warns of naming them,
 * which is an error here, and so they are called by reflection.
 */
final class TerminationSignals {

  private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

  private TerminationSignals() {}

  /**
   * Runs {@code action} at the first of the signals; the next one ends the process at once. Without
   * effect where the JVM leaves signals to others ({@code -Xrs}).
   */
  static void onFirst(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object killed = handler.getField("SIG_DFL").get(null);
      var handle = signal.getMethod("handle", signal, handler);
      var named = signal.getConstructor(String.class);
      Object once =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (!method.getName().equals("handle")) {
                  return method.invoke(action, arguments); // equals, hashCode, toString
                }
                for (String name : NAMES) {
                  handle.invoke(null, named.newInstance(name), killed);
                }
                action.run();
                return null;
              });
      for (String name : NAMES) {
        handle.invoke(null, named.newInstance(name), once);
      }
    } catch (ReflectiveOperationException e) {
      System.getLogger(TerminationSignals.class.getName())
          .log(System.Logger.Level.DEBUG, "signals cannot be handled here", e);
    }
  }
}
