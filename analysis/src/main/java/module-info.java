/**
 * Recordings in, answers out: Mission Control rules, reports and flame graphs. Of the kernel it
 * uses the signal names only.
 */
module io.rmm.analysis {
  requires io.rmm.allocator;
  requires transitive org.openjdk.jmc.common;
  requires transitive org.openjdk.jmc.flightrecorder;
  requires transitive org.openjdk.jmc.flightrecorder.rules;
  requires org.openjdk.jmc.flightrecorder.rules.jdk;
  requires static org.jspecify;

// With the first public type (javac refuses to export an empty package):
// exports io.rmm.analysis;
}
