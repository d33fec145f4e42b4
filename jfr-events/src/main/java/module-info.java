/** Shows a source of memory in Flight Recorder: event types, and settings for recordings. */
module io.rmm.jfr {
  requires transitive io.rmm.allocator;
  requires jdk.jfr;
  requires static org.jspecify;

  exports io.rmm.jfr;

  provides io.rmm.allocator.MemoryView with
      io.rmm.jfr.JfrView;
}
