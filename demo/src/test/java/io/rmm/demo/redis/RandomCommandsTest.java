package io.rmm.demo.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.MemorySnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.SetParams;

/** Random commands, beside a map that must always agree; and the books must balance. */
class RandomCommandsTest {

  private static final int STEPS = 5_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void agreesWithAMap(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, String> model = new HashMap<>();
    try (RunningServer server = new RunningServer(256 << 20);
        Jedis jedis = server.jedis()) {
      for (int step = 0; step < STEPS; step++) {
        step(random, model, jedis);
        if (step % 50 == 0) {
          checkBooks(server, model);
        }
      }
      assertThat(jedis.dbSize()).isEqualTo(model.size());
      model.forEach((key, value) -> assertThat(jedis.get(key)).isEqualTo(value));
      checkBooks(server, model);
    }
  }

  private static void step(SplittableRandom random, Map<String, String> model, Jedis jedis) {
    String key = "k" + random.nextInt(60);
    String value = value(random);
    String before = model.get(key);
    switch (random.nextInt(12)) {
      case 0 -> {
        jedis.set(key, value);
        model.put(key, value);
      }
      case 1 -> {
        jedis.set(key, value, SetParams.setParams().nx());
        model.putIfAbsent(key, value);
      }
      case 2 -> {
        jedis.set(key, value, SetParams.setParams().xx().ex(1_000));
        model.computeIfPresent(key, (_, _) -> value);
      }
      case 3 -> assertThat(jedis.setGet(key, value)).isEqualTo(model.put(key, value));
      case 4 -> assertThat(jedis.get(key)).isEqualTo(before);
      case 5 -> assertThat(jedis.del(key)).isEqualTo(model.remove(key) == null ? 0 : 1);
      case 6 -> {
        String joined = (before == null ? "" : before) + "+";
        assertThat(jedis.append(key, "+")).isEqualTo(joined.length());
        model.put(key, joined);
      }
      case 7 -> increment(key, model, jedis);
      case 8 -> assertThat(jedis.strlen(key)).isEqualTo(before == null ? 0 : before.length());
      case 9 -> {
        String other = "k" + random.nextInt(60);
        jedis.mset(key, value, other, "7");
        model.put(key, value);
        model.put(other, "7");
      }
      case 10 -> {
        String other = "k" + random.nextInt(60);
        assertThat(jedis.mget(key, other))
            .isEqualTo(java.util.Arrays.asList(before, model.get(other)));
      }
      default -> {
        if (random.nextInt(100) == 0) {
          jedis.flushDB();
          model.clear();
        } else {
          assertThat(jedis.expire(key, 1_000)).isEqualTo(before == null ? 0 : 1);
        }
      }
    }
  }

  private static void increment(String key, Map<String, String> model, Jedis jedis) {
    String before = model.getOrDefault(key, "0");
    try {
      long sum = jedis.incrBy(key, 3);
      assertThat(Long.toString(Long.parseLong(before))).isEqualTo(before);
      assertThat(sum).isEqualTo(Long.parseLong(before) + 3);
      model.put(key, Long.toString(sum));
    } catch (JedisDataException refused) {
      assertThat(refused).hasMessage("ERR value is not an integer or out of range");
      assertThat(before).doesNotMatch("-?[1-9]\\d{0,17}|0");
    }
  }

  /** Numbers, and strings of all the sizes that are treated differently. */
  private static String value(SplittableRandom random) {
    int size =
        List.of(0, 1, 16, 200, 8 << 10, (8 << 10) + 1, 40_000, 200_000).get(random.nextInt(8));
    return random.nextInt(3) == 0 ? Integer.toString(random.nextInt()) : "v".repeat(size);
  }

  private static void checkBooks(RunningServer server, Map<String, String> model) {
    // A client may have read a large reply an instant before the server lets its value go.
    server.awaitLiveBlocks(model.size());
    MemorySnapshot snapshot = server.manager().snapshot();
    assertThat(snapshot.requestedBytes())
        .isEqualTo(model.values().stream().mapToLong(String::length).sum());
    assertThat(snapshot.allocatedBytes() - snapshot.freedBytes()).isEqualTo(snapshot.usedBytes());
    assertThat(server.cache().databases().getFirst().budget().usedBytes())
        .isEqualTo(snapshot.usedBytes());
  }
}
