/**
 * Dashboards, rules and runbooks for other tools, as resources of {@code io.rmm.dashboards}; and
 * the live view of a running program in a terminal.
 */
module io.rmm.dashboards {
  requires transitive java.management;
  requires transitive org.jline.terminal;
  requires static org.jspecify;

  exports io.rmm.dashboards.console;
}
