package io.rmm.allocator;

/**
 * Something that was asked of a source from outside the program, by way of a view: who asked what,
 * and what became of it.
 *
 * @param operation its name, for example {@code setBudgetLimits}
 * @param arguments its arguments as {@code name=value}, joined by a comma and a space
 * @param principal who asked, as the connection has authenticated them; empty for the process
 *     itself, and for connections without authentication
 * @param outcome {@code "done"}, or why it was refused
 */
public record ControlAction(String operation, String arguments, String principal, String outcome) {

  /** The outcome of what was done as asked. */
  public static final String DONE = "done";
}
