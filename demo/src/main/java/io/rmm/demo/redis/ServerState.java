package io.rmm.demo.redis;

import io.rmm.allocator.MemorySource;
import io.rmm.demo.cache.Cache;
import java.util.concurrent.atomic.AtomicLong;

/** What commands may know of the server. Any thread may call any method. */
final class ServerState {

  /** The version of Redis whose commands and replies are followed. */
  static final String REDIS_VERSION = "7.0.15";

  private final Cache cache;
  private final MemorySource memory;
  private volatile int port;
  private final long startNanos = System.nanoTime();
  private final AtomicLong connections = new AtomicLong();
  private final AtomicLong clients = new AtomicLong();

  ServerState(Cache cache, MemorySource memory) {
    this.cache = cache;
    this.memory = memory;
  }

  Cache cache() {
    return cache;
  }

  /** Returns what knows how much memory is in use. */
  MemorySource memory() {
    return memory;
  }

  int port() {
    return port;
  }

  void setPort(int bound) {
    port = bound;
  }

  long uptimeSeconds() {
    return (System.nanoTime() - startNanos) / 1_000_000_000;
  }

  /** Returns the hard limits of all databases together, in bytes. */
  long maxMemory() {
    long sum = 0;
    for (var database : cache.databases()) {
      long limit = database.budget().limits().hard();
      sum = limit > Long.MAX_VALUE - sum ? Long.MAX_VALUE : sum + limit;
    }
    return sum;
  }

  /** Counts a connection, and returns its number. */
  long connected() {
    clients.incrementAndGet();
    return connections.incrementAndGet();
  }

  void disconnected() {
    clients.decrementAndGet();
  }

  /** Returns the number of connections so far. */
  long connections() {
    return connections.get();
  }

  /** Returns the number of connections that are open. */
  long clients() {
    return clients.get();
  }
}
