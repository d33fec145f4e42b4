/**
 * Shows a source of memory in JMX: MXBeans for its totals, its budgets and its misuses, and a
 * ledger of all native memory of the process.
 */
module io.rmm.jmx {
  requires transitive io.rmm.allocator;
  requires transitive java.management;
  requires static org.jspecify;

  exports io.rmm.jmx;

  provides io.rmm.allocator.MemoryView with
      io.rmm.jmx.JmxView;
}
