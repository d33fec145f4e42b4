/** A JUnit extension that fails a test which leaks or misuses memory. */
module io.rmm.junit {
  requires transitive io.rmm.allocator;
  requires transitive org.junit.jupiter.api;
  requires static org.jspecify;

  exports io.rmm.junit;
}
