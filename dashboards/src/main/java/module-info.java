/** The live console, and the dashboards, rules and runbooks shipped for other tools. */
module io.rmm.dashboards {
  requires io.rmm.exporter;
  requires io.rmm.jmx;
  requires static org.jspecify;

// With the first public type (javac refuses to export an empty package):
// exports io.rmm.dashboards;
}
