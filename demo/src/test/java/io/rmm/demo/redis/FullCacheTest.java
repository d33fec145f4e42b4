package io.rmm.demo.redis;

import static io.rmm.demo.redis.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.demo.cache.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.exceptions.JedisDataException;

/** Databases that have more to store than their budgets allow. */
class FullCacheTest {

  private static final int LIMIT = 4 << 20;
  private static final int VALUE = 1_000;
  private static final String OUT_OF_MEMORY =
      "OOM command not allowed when used memory > 'maxmemory'.";

  @Test
  void aFullDatabaseGivesUpOldEntriesAndNeverPassesItsLimit() throws Exception {
    try (RunningServer server = new RunningServer(LIMIT);
        Jedis jedis = server.jedis()) {
      Database database = server.cache().databases().getFirst();
      for (int i = 0; i < 20_000; i++) {
        assertThat(jedis.set("k" + i, "v".repeat(VALUE))).isEqualTo("OK");
      }
      assertThat(jedis.get("k19999")).hasSize(VALUE);
      assertThat(database.counters().evicted()).isPositive();
      assertThat(database.counters().evicted() + jedis.dbSize()).isEqualTo(20_000);
      assertThat(database.budget().peakBytes()).isLessThanOrEqualTo(LIMIT);
      // Full, and not emptied out of fright.
      assertThat(database.budget().usedBytes()).isGreaterThan(LIMIT / 2);
      server.awaitLiveBlocks(jedis.dbSize());
    }
  }

  @Test
  void whatIsInUseIsGivenUpLast() throws Exception {
    try (RunningServer server = new RunningServer(LIMIT);
        Jedis jedis = server.jedis()) {
      int used = 100;
      int idle = 3_000;
      for (int i = 0; i < idle; i++) {
        jedis.set("idle" + i, "v".repeat(VALUE));
      }
      for (int i = 0; i < used; i++) {
        jedis.set("used" + i, "v".repeat(VALUE));
      }
      // Time passes by ticks; here as many as are wanted.
      for (int i = 0; i < 10; i++) {
        server.cache().advance();
      }
      for (int i = 0; i < used; i++) {
        assertThat(jedis.get("used" + i)).isNotNull();
      }
      for (int i = 0; i < idle; i++) {
        jedis.set("new" + i, "v".repeat(VALUE));
      }
      long usedLeft = count(jedis, "used", used);
      long idleLeft = count(jedis, "idle", idle);
      // All idle ones are older than all used ones, so that by chance as large a part of both
      // stays.
      assertThat((double) usedLeft / used).isGreaterThan(2.0 * idleLeft / idle);
    }
  }

  private static long count(Jedis jedis, String prefix, int keys) {
    return java.util.stream.IntStream.range(0, keys).filter(i -> jedis.exists(prefix + i)).count();
  }

  @Test
  void aValueThatCanNeverFitIsRefusedAndTheRestStays() throws Exception {
    try (RunningServer server = new RunningServer(LIMIT);
        Jedis jedis = server.jedis()) {
      jedis.set("kept", "v");
      assertThatThrownBy(() -> jedis.set("k", "x".repeat(LIMIT + 1)))
          .isInstanceOf(JedisDataException.class)
          .hasMessage(OUT_OF_MEMORY);
      assertThatThrownBy(() -> jedis.mset("a", "1", "b", "x".repeat(LIMIT + 1), "c", "3"))
          .hasMessage(OUT_OF_MEMORY);
      assertThat(jedis.mget("kept", "k", "a", "c")).containsExactly("v", null, null, null);
      assertThat(server.liveBlocks()).isOne();
    }
  }

  @Test
  void manyUploadsAtOnceLeaveNoneWaitingForEver() throws Exception {
    try (RunningServer server = new RunningServer(LIMIT);
        RawClient holder = server.rawClient();
        RawClient refused = server.rawClient()) {
      // An upload under way cannot be evicted: while it holds all, another one gets the error.
      holder.send("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$" + (LIMIT - (1 << 20)) + "\r\n");
      server.awaitLiveBlocks(1);
      refused.send(request("SET", "b", "x".repeat(2 << 20))).expect("-" + OUT_OF_MEMORY + "\r\n");
      refused.send(request("PING")).expect("+PONG\r\n");
    }
  }

  @Test
  void oneTenantsHungerIsNotAnothers() throws Exception {
    try (RunningServer server = new RunningServer(LIMIT);
        Jedis modest = server.jedis();
        Jedis greedy = server.jedis()) {
      modest.set("k", "v".repeat(VALUE));
      greedy.select(1);
      for (int i = 0; i < 10_000; i++) {
        greedy.set("k" + i, "v".repeat(VALUE));
      }
      assertThat(modest.get("k")).hasSize(VALUE);
      assertThat(server.cache().databases().get(1).counters().evicted()).isPositive();
      assertThat(server.cache().databases().get(0).counters().evicted()).isZero();
    }
  }

  @Test
  void tinyValuesDoNotFillTheHeapWithKeys() throws Exception {
    long indexBytes = 1 << 20;
    try (RunningServer server = new RunningServer(1L << 30, indexBytes);
        Jedis jedis = server.jedis()) {
      Pipeline pipeline = jedis.pipelined();
      for (int i = 0; i < 20_000; i++) {
        pipeline.set("k" + i, "");
      }
      pipeline.sync();
      assertThat(server.cache().indexBytes()).isBetween(indexBytes / 2, indexBytes + 1_000);
      assertThat(jedis.exists("k19999")).isTrue();
    }
  }

  @Test
  void manyClientsCompeteForOneFullDatabase() throws Exception {
    int clients = 6;
    try (RunningServer server = new RunningServer(LIMIT);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> done = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        int number = client;
        done.add(threads.submit(() -> fill(server, number)));
      }
      for (Future<?> each : done) {
        each.get();
      }
      Database database = server.cache().databases().getFirst();
      assertThat(database.budget().peakBytes()).isLessThanOrEqualTo(LIMIT);
      server.awaitLiveBlocks(database.size());
    }
  }

  private static void fill(RunningServer server, int number) {
    try (Jedis jedis = server.jedis()) {
      for (int i = 0; i < 1_500; i++) {
        String value = Integer.toString(number).repeat(1 + (i * 37 % 20_000));
        jedis.set(number + ":" + i, value);
        String read = jedis.get(number + ":" + (i / 2));
        // Evicted, or exactly what this client wrote.
        if (read != null) {
          assertThat(read).hasSize(1 + (i / 2 * 37 % 20_000)).containsOnlyDigits();
          assertThat(read.chars()).allMatch(character -> character == '0' + number);
        }
      }
    }
  }
}
