package io.rmm.demo.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

/** Many clients on the same keys. */
class ConcurrentClientsTest {

  private static final int CLIENTS = 8;

  @FunctionalInterface
  private interface Work {
    void run(Jedis jedis, SplittableRandom random);
  }

  @Test
  void readersSeeWholeValuesWhileWritersReplaceThem() throws Exception {
    int[] sizes = {10, 1_000, 8 << 10, 50_000, 300_000};
    try (RunningServer server = new RunningServer(256 << 20)) {
      together(
          server,
          (jedis, random) -> {
            for (int i = 0; i < 400; i++) {
              byte[] key = ("k" + random.nextInt(3)).getBytes(UTF_8);
              switch (random.nextInt(6)) {
                case 0, 1 -> {
                  byte[] value = new byte[sizes[random.nextInt(sizes.length)]];
                  Arrays.fill(value, (byte) random.nextInt(256));
                  jedis.set(key, value);
                }
                case 2 -> jedis.del(key);
                default -> checkUniform(jedis.get(key));
              }
            }
          });
      server.awaitLiveBlocks(server.cache().databases().getFirst().size());
    }
  }

  private static void checkUniform(byte[] value) {
    if (value != null) {
      byte[] uniform = new byte[value.length];
      Arrays.fill(uniform, value[0]);
      assertThat(Arrays.equals(value, uniform)).as("one byte, repeated").isTrue();
    }
  }

  @Test
  void noIncrementIsLost() throws Exception {
    int each = 1_000;
    try (RunningServer server = new RunningServer(64 << 20);
        Jedis jedis = server.jedis()) {
      together(
          server,
          (client, random) -> {
            for (int i = 0; i < each; i++) {
              client.incr("n");
              client.append("s", "x");
            }
          });
      assertThat(jedis.get("n")).isEqualTo(Integer.toString(CLIENTS * each));
      assertThat(jedis.strlen("s")).isEqualTo((long) CLIENTS * each);
      assertThat(server.liveBlocks()).isEqualTo(2);
    }
  }

  @Test
  void onlyOneClientGetsALock() throws Exception {
    int locks = 300;
    try (RunningServer server = new RunningServer(64 << 20);
        Jedis jedis = server.jedis()) {
      together(
          server,
          (client, random) -> {
            for (int i = 0; i < locks; i++) {
              if (client.set("lock" + i, "mine", SetParams.setParams().nx()) != null) {
                client.incr("got" + i);
              }
            }
          });
      for (int i = 0; i < locks; i++) {
        assertThat(jedis.get("got" + i)).isEqualTo("1");
      }
    }
  }

  @Test
  void flushingWhileOthersWriteLeavesTheBooksInOrder() throws Exception {
    try (RunningServer server = new RunningServer(64 << 20);
        Jedis jedis = server.jedis()) {
      together(
          server,
          (client, random) -> {
            for (int i = 0; i < 500; i++) {
              client.set("k" + random.nextInt(100), "v", SetParams.setParams().px(1 + i % 5));
              client.expire("k" + random.nextInt(100), 100);
              if (random.nextInt(50) == 0) {
                client.flushAll();
              }
            }
          });
      jedis.flushAll();
      assertThat(server.liveBlocks()).isZero();
      assertThat(server.cache().indexBytes()).isZero();
      assertThat(server.cache().databases().getFirst().expiring()).isZero();
    }
  }

  private static void together(RunningServer server, Work work) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        SplittableRandom random = new SplittableRandom(i);
        done.add(
            threads.submit(
                () -> {
                  try (Jedis jedis = server.jedis()) {
                    work.run(jedis, random);
                  }
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    }
  }
}
