/** RMM in JMX: MXBeans, notifications, and the native-memory ledger. */
module io.rmm.jmx {
  requires transitive io.rmm.allocator;
  requires transitive java.management;
  requires jdk.management;
  requires static org.jspecify;

// With the first public type (javac refuses to export an empty package):
// exports io.rmm.jmx;
}
