/** Dashboards, rules and runbooks for other tools, as resources of {@code io.rmm.dashboards}. */
module io.rmm.dashboards {
  requires static org.jspecify;
}
