/**
 * Flight Recorder events of RMM: their types, the settings files that choose among them, and the
 * view that commits them.
 */
module io.rmm.jfr {
  requires transitive io.rmm.allocator;
  requires transitive jdk.jfr;
  requires static org.jspecify;

// With the first public type (javac refuses to export an empty package):
// exports io.rmm.jfr;
}
