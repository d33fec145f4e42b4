package io.rmm.demo.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.demo.cache.Cache;
import java.io.IOException;
import java.time.Duration;
import redis.clients.jedis.Jedis;

/**
 * A server on a free port, with a memory manager of its own. Ended, it must have leaked nothing.
 */
public final class RunningServer implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 30_000;

  private final MemoryManager manager =
      MemoryManager.builder().name("test").discoverViews(false).build();
  private final Cache cache;
  private final RedisServer server;

  /** Starts a server whose databases have {@code limitBytes} each. */
  public RunningServer(long limitBytes) throws IOException {
    this(limitBytes, Long.MAX_VALUE);
  }

  RunningServer(long limitBytes, long indexBytes) throws IOException {
    cache = new Cache(manager.rootBudget(), BudgetLimits.hard(limitBytes), indexBytes);
    server = RedisServer.start(0, cache, manager);
  }

  public MemoryManager manager() {
    return manager;
  }

  public Cache cache() {
    return cache;
  }

  public RedisServer server() {
    return server;
  }

  RawClient rawClient() throws IOException {
    return new RawClient(server.address());
  }

  Jedis jedis() {
    return new Jedis(RedisServer.ADDRESS, server.address().getPort(), PATIENCE_MILLIS);
  }

  long liveBlocks() {
    return manager.snapshot().liveBlocks();
  }

  void awaitLiveBlocks(long expected) {
    await()
        .pollDelay(Duration.ZERO)
        .untilAsserted(() -> assertThat(liveBlocks()).isEqualTo(expected));
  }

  @Override
  public void close() {
    server.close();
    cache.clear();
    try {
      // Blocks of clients that have just gone are freed by then: close() waits for its connections.
      assertThat(liveBlocks()).isZero();
      assertThat(manager.snapshot().usedBytes()).isZero();
      assertThat(manager.snapshot().misuses()).isZero();
    } finally {
      manager.close();
    }
  }
}
