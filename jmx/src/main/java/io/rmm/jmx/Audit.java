package io.rmm.jmx;

import io.rmm.allocator.ControlAction;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.log.Log;
import java.lang.System.Logger.Level;
import java.security.Principal;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.security.auth.Subject;

/**
 * Does what a JMX client asks of one source, and tells who asked and what became of it: the
 * source's listeners, and with them Flight Recorder, and the log.
 *
 * <p>Who asked is the {@link Subject} that the connection has authenticated; the JDK's connectors
 * make it the current one while they call a bean. A caller in the process has none, nor has one by
 * local attach, which the operating system has let in as the process's own user.
 */
final class Audit {

  /** Arguments are the client's, and may be of any length; a budget's path has 4 KiB at most. */
  private static final int MOST_CHARACTERS = 5_000;

  private final MemorySource source;

  Audit(MemorySource source) {
    this.source = source;
  }

  /**
   * Does {@code action}, and tells of it.
   *
   * @param arguments the operation's arguments as {@code name=value}
   */
  <T> T perform(String operation, String arguments, Supplier<T> action) {
    try {
      T result = action.get();
      tell(operation, arguments, ControlAction.DONE);
      return result;
    } catch (RuntimeException | Error e) {
      tell(operation, arguments, "refused: " + e.getMessage());
      throw e;
    }
  }

  /** As above, for what has no result. */
  void perform(String operation, String arguments, Runnable action) {
    perform(
        operation,
        arguments,
        () -> {
          action.run();
          return true;
        });
  }

  private void tell(String operation, String arguments, String outcome) {
    ControlAction action = new ControlAction(operation, cut(arguments), principal(), cut(outcome));
    source.audit(action);
    Log.logger("io.rmm.jmx")
        .log(
            Level.INFO,
            "{0}: {1}({2}) asked by JMX client \"{3}\": {4}",
            source.name(),
            operation,
            action.arguments(),
            action.principal(),
            action.outcome());
  }

  private static String principal() {
    Subject subject = Subject.current();
    return subject == null
        ? ""
        : subject.getPrincipals().stream()
            .map(Principal::getName)
            .sorted()
            .collect(Collectors.joining(","));
  }

  /** Cuts {@code text}, and leaves no line break in it: it goes into lines of a log. */
  private static String cut(String text) {
    String line = text.replaceAll("\\R", " ");
    return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "...";
  }
}
