package io.rmm.demo.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.SetParams;

/** What commands do, seen through a client library. */
class CommandsTest {

  private static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";

  private RunningServer server;
  private Jedis jedis;

  @BeforeEach
  void start() throws IOException {
    server = new RunningServer(64 << 20);
    jedis = server.jedis();
  }

  @AfterEach
  void stop() {
    jedis.close();
    server.close();
  }

  @Test
  void setAndGet() {
    assertThat(jedis.get("k")).isNull();
    assertThat(jedis.set("k", "v")).isEqualTo("OK");
    assertThat(jedis.get("k")).isEqualTo("v");
    assertThat(jedis.set("k", "w")).isEqualTo("OK");
    assertThat(jedis.get("k")).isEqualTo("w");
    assertThat(server.liveBlocks()).isOne();
  }

  @Test
  void setUnderConditions() {
    assertThat(jedis.set("k", "1", SetParams.setParams().xx())).isNull();
    assertThat(jedis.set("k", "2", SetParams.setParams().nx())).isEqualTo("OK");
    assertThat(jedis.set("k", "3", SetParams.setParams().nx())).isNull();
    assertThat(jedis.get("k")).isEqualTo("2");
    assertThat(jedis.set("k", "4", SetParams.setParams().xx())).isEqualTo("OK");
    assertThat(jedis.setGet("k", "5")).isEqualTo("4");
    assertThat(jedis.setGet("new", "6")).isNull();
    assertThat(jedis.mget("k", "new")).containsExactly("5", "6");
    assertThat(server.liveBlocks()).isEqualTo(2);
  }

  @Test
  void olderSpellingsOfSet() throws IOException {
    try (RawClient client = server.rawClient()) {
      client.send("SETNX k 1\r\nSETNX k 2\r\nGET k\r\n").expect(":1\r\n:0\r\n$1\r\n1\r\n");
      client.send("SETEX s 30 v\r\nPSETEX p 30000 v\r\n").expect("+OK\r\n+OK\r\n");
    }
    assertThat(jedis.ttl("s")).isBetween(20L, 30L);
    assertThat(jedis.ttl("p")).isBetween(20L, 30L);
  }

  @Test
  void expiryIsSetKeptAndRemoved() {
    jedis.set("k", "v", SetParams.setParams().ex(100));
    assertThat(jedis.ttl("k")).isBetween(90L, 100L);
    jedis.set("k", "v", SetParams.setParams().keepTtl());
    assertThat(jedis.pttl("k")).isBetween(90_000L, 100_000L);
    jedis.incr("n");
    jedis.expire("n", 50);
    jedis.incr("n");
    jedis.append("n", "0");
    assertThat(jedis.ttl("n")).isBetween(40L, 50L);
    jedis.set("k", "v");
    assertThat(jedis.ttl("k")).isEqualTo(-1);
    assertThat(jedis.ttl("none")).isEqualTo(-2);
    assertThat(jedis.persist("n")).isOne();
    assertThat(jedis.persist("n")).isZero();
    assertThat(jedis.ttl("n")).isEqualTo(-1);
    assertThat(jedis.expire("none", 5)).isZero();
    assertThat(jedis.expire("n", -1)).isOne();
    assertThat(jedis.exists("n")).isFalse();
  }

  @Test
  void whatHasExpiredIsGone() {
    jedis.set("k", "v", SetParams.setParams().px(1));
    await().until(() -> jedis.get("k") == null);
    assertThat(jedis.exists("k")).isFalse();
    assertThat(jedis.set("k", "w", SetParams.setParams().nx())).isEqualTo("OK");
  }

  @Test
  void whatNobodyAsksForExpiresToo() {
    for (int i = 0; i < 1_000; i++) {
      jedis.set("k" + i, "v", SetParams.setParams().px(1));
    }
    jedis.set("kept", "v");
    server.awaitLiveBlocks(1);
    assertThat(jedis.dbSize()).isOne();
    assertThat(jedis.info("keyspace")).contains("db0:keys=1,expires=0");
    assertThat(jedis.info("stats")).contains("expired_keys:1000");
  }

  @Test
  void counting() {
    assertThat(jedis.incr("n")).isOne();
    assertThat(jedis.incrBy("n", 41)).isEqualTo(42);
    assertThat(jedis.decr("n")).isEqualTo(41);
    assertThat(jedis.decrBy("n", 50)).isEqualTo(-9);
    assertThat(jedis.get("n")).isEqualTo("-9");
    jedis.set("n", Long.toString(Long.MAX_VALUE));
    assertError(() -> jedis.incr("n"), "ERR increment or decrement would overflow");
    assertError(() -> jedis.decrBy("n", Long.MIN_VALUE), "ERR decrement would overflow");
    assertThat(jedis.get("n")).isEqualTo(Long.toString(Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", " 1", "+1", "01", "-0", "1.0", "9223372036854775808", "1 "})
  void whatIsNoIntegerIsNotCounted(String value) {
    jedis.set("n", value);
    assertError(() -> jedis.incr("n"), NOT_AN_INTEGER);
    assertThat(jedis.get("n")).isEqualTo(value);
  }

  @Test
  void severalKeysAtOnce() {
    assertThat(jedis.mset("a", "1", "b", "2", "a", "3")).isEqualTo("OK");
    assertThat(jedis.mget("a", "x", "b")).containsExactly("3", null, "2");
    assertThat(jedis.exists("a", "a", "x", "b")).isEqualTo(3);
    assertThat(jedis.del("a", "x")).isOne();
    assertThat(jedis.unlink("b", "b")).isOne();
    assertThat(jedis.dbSize()).isZero();
  }

  @Test
  void lengthsAndTypes() {
    assertThat(jedis.append("k", "abc")).isEqualTo(3);
    assertThat(jedis.append("k", "def")).isEqualTo(6);
    assertThat(jedis.strlen("k")).isEqualTo(6);
    assertThat(jedis.strlen("none")).isZero();
    assertThat(jedis.type("k")).isEqualTo("string");
    assertThat(jedis.type("none")).isEqualTo("none");
  }

  @Test
  void databasesAreApart() {
    jedis.set("k", "0");
    jedis.select(15);
    assertThat(jedis.get("k")).isNull();
    jedis.set("k", "15");
    assertThat(server.cache().databases().get(15).budget().usedBytes()).isPositive();
    assertError(() -> jedis.select(16), "ERR DB index is out of range");
    assertThat(jedis.flushDB()).isEqualTo("OK");
    jedis.select(0);
    assertThat(jedis.get("k")).isEqualTo("0");
    jedis.flushAll();
    assertThat(jedis.dbSize()).isZero();
    assertThat(server.liveBlocks()).isZero();
  }

  @Test
  void theServerTellsAboutItself() {
    jedis.set("k", "v".repeat(1_000));
    assertThat(jedis.ping()).isEqualTo("PONG");
    assertThat(jedis.ping("hello")).isEqualTo("hello");
    assertThat(jedis.echo("echo")).isEqualTo("echo");
    assertThat(jedis.configGet("save", "max*"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "save",
                "",
                "maxmemory",
                Long.toString(16L * (64 << 20)),
                "maxmemory-policy",
                "allkeys-lru"));
    assertThat(jedis.clientSetname("me")).isEqualTo("OK");
    assertThat(jedis.clientGetname()).isEqualTo("me");
    assertThat(jedis.commandCount()).isEqualTo(jedis.command().size());
    assertThat(jedis.commandDocs("get", "nope")).containsOnlyKeys("get");
    assertThat(jedis.info().lines())
        .contains("# Server", "# Clients", "# Memory", "# Stats", "# Keyspace");
    assertThat(jedis.info("nothing")).isEmpty();
  }

  @Test
  void infoShowsTheManagersFigures() {
    jedis.set("k", "v".repeat(100_000));
    String memory = jedis.info("memory");
    assertThat(memory.lines())
        .contains(
            "used_memory:" + server.manager().snapshot().usedBytes(),
            "used_memory_dataset:100000",
            "allocator_resident:" + server.manager().snapshot().committedBytes(),
            "maxmemory_human:1.00G",
            "rmm_live_blocks:1",
            "rmm_maxmemory_db0:" + (64 << 20));
    assertThat(memory).containsPattern("mem_fragmentation_ratio:\\d+\\.\\d\\d\r\n");
  }

  @Test
  void pipelines() {
    Pipeline pipeline = jedis.pipelined();
    List<Response<Long>> sums =
        java.util.stream.IntStream.range(0, 1_000).mapToObj(_ -> pipeline.incr("n")).toList();
    pipeline.sync();
    assertThat(sums.getLast().get()).isEqualTo(1_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET k v EX",
        "SET k v EX 10 PX 10",
        "SET k v NX XX",
        "SET k v EX 10 KEEPTTL",
        "SET k v SOON",
        "FLUSHALL NOW"
      })
  void wrongOptionsAreSyntaxErrors(String line) throws IOException {
    try (RawClient client = server.rawClient()) {
      client.send(line + "\r\n").expect("-ERR syntax error\r\n");
    }
    assertThat(server.liveBlocks()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SET k v EX 0", "SET k v PX -5", "SETEX k 0 v", "SETEX k 9223372036854775807 v"})
  void expiryTimesMustLieAhead(String line) throws IOException {
    String command = line.startsWith("SETEX") ? "setex" : "set";
    try (RawClient client = server.rawClient()) {
      client
          .send(line + "\r\n")
          .expect("-ERR invalid expire time in '" + command + "' command\r\n");
    }
    assertThat(server.liveBlocks()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SET k v EX x", "EXPIRE k 1.5", "INCRBY n x", "SELECT x", "SETEX k x v"})
  void numbersMustBeNumbers(String line) throws IOException {
    try (RawClient client = server.rawClient()) {
      client.send(line + "\r\n").expect("-" + NOT_AN_INTEGER + "\r\n");
    }
  }

  @Test
  void onlyTheSecondVersionOfTheProtocolIsSpoken() throws IOException {
    try (RawClient client = server.rawClient()) {
      client.send("HELLO 3\r\n").expect("-NOPROTO unsupported protocol version\r\n");
      client.send("HELLO 2 SETNAME me\r\n").expect("*14\r\n$6\r\nserver\r\n");
    }
  }

  private static void assertError(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable command, String message) {
    assertThatThrownBy(command).isInstanceOf(JedisDataException.class).hasMessage(message);
  }
}
