/**
 * The kernel of RMM: the allocator, its budgets and safety checks, and the registry of signal
 * names. Depends on nothing but {@code java.base}.
 */
@SuppressWarnings("module") // the command line is compiled later
module io.rmm.allocator {
  requires static org.jspecify;

  exports io.rmm.allocator;
  exports io.rmm.allocator.container;
  exports io.rmm.allocator.log to
      io.rmm.exporter,
      io.rmm.jfr,
      io.rmm.jmx;
  exports io.rmm.allocator.observe to
      io.rmm.agent;
  exports io.rmm.allocator.postmortem to
      io.rmm.cli;
  exports io.rmm.allocator.signal;

  uses io.rmm.allocator.MemoryView;
}
