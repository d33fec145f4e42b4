package io.rmm.demo.redis;

import static io.rmm.demo.redis.RawClient.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Values too large to be copied about, and clients that do not see them through. */
class LargeValueTest {

  private static final int LARGE = 64 << 20;
  private static final String KEY = "large";

  private RunningServer server;

  @BeforeEach
  void start() throws IOException {
    server = new RunningServer(256 << 20);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aLargeValueComesBackAsItWas() {
    byte[] value = new byte[LARGE + 13];
    new Random(1).nextBytes(value);
    try (Jedis jedis = server.jedis()) {
      jedis.set(KEY.getBytes(UTF_8), value);
      assertThat(jedis.get(KEY.getBytes(UTF_8))).isEqualTo(value);
      assertThat(jedis.strlen(KEY)).isEqualTo(value.length);
      assertThat(jedis.append(KEY, "tail")).isEqualTo(value.length + 4);
      assertThat(jedis.get(KEY)).endsWith("tail");
    }
    // Twice while APPEND joined it, in slots of its size class; never again on the way in or out.
    assertThat(server.manager().snapshot().peakUsedBytes()).isLessThan(5L * LARGE / 2);
  }

  @Test
  void aValueOverTheProtocolsLimitIsRefusedBeforeItIsSent() throws IOException {
    try (RawClient client = server.rawClient()) {
      client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + 600L * 1_000_000 + "\r\n");
      client.expect("-ERR Protocol error: invalid bulk length\r\n").expectEnd();
    }
  }

  @Test
  void anUploadThatIsCutOffLeavesNothing() throws IOException {
    RawClient client = server.rawClient();
    client.send(request("SET", "kept", "1")).expect("+OK\r\n");
    client.send("*5\r\n$4\r\nMSET\r\n$1\r\na\r\n$3\r\nabc\r\n$1\r\nb\r\n$" + LARGE + "\r\n");
    client.send(new byte[1 << 20]);
    server.awaitLiveBlocks(3);
    client.close();
    server.awaitLiveBlocks(1);
  }

  @Test
  void aDownloadThatIsCutOffLetsTheValueGo() throws IOException {
    try (RawClient writer = server.rawClient()) {
      writer.send("*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$" + LARGE + "\r\n");
      writer.send(new byte[LARGE]).send("\r\n").expect("+OK\r\n");
      RawClient reader = server.rawClient();
      reader.send(request("GET", KEY)).expect("$" + LARGE + "\r\n");
      writer.send(request("DEL", KEY)).expect(":1\r\n");
      // Too large for the sockets' buffers: the reply is on its way, out of the deleted value.
      assertThat(server.liveBlocks()).isOne();
      reader.crash();
      server.awaitLiveBlocks(0);
    }
  }

  @Test
  void aReplyOnItsWayOutlivesItsKey() throws IOException {
    byte[] value = new byte[LARGE];
    new Random(2).nextBytes(value);
    try (Jedis writer = server.jedis();
        RawClient reader = server.rawClient()) {
      writer.set(KEY.getBytes(UTF_8), value);
      reader.send(request("GET", KEY)).expect("$" + LARGE + "\r\n");
      writer.set(KEY, "small");
      writer.del(KEY);
      writer.flushAll();
      String read = reader.read(LARGE);
      for (int i = 0; i < LARGE; i++) {
        if ((byte) read.charAt(i) != value[i]) {
          throw new AssertionError("byte " + i + " has changed on its way");
        }
      }
      reader.expect("\r\n");
      server.awaitLiveBlocks(0);
    }
  }

  @Test
  void aClientThatDoesNotReadIsNotReadFromEither() throws IOException {
    int small = 8_000; // copied into the reply, not sent from the block
    int requests = 20_000;
    try (RawClient client = server.rawClient();
        RawClient other = server.rawClient()) {
      client.send(request("SET", "k", "x".repeat(small))).expect("+OK\r\n");
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      client.send(request("GET", "k").repeat(requests));
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      // The counter comes to rest although the requests are not done: the replies wait.
      long[] before = {-1};
      await()
          .pollInterval(java.time.Duration.ofMillis(300))
          .until(
              () -> {
                long now = server.cache().databases().getFirst().counters().commands();
                boolean resting = now == before[0];
                before[0] = now;
                return resting;
              });
      assertThat(before[0]).isLessThan(requests);
      other.send(request("PING")).expect("+PONG\r\n");
      String reply = "$" + small + "\r\n" + "x".repeat(small) + "\r\n";
      for (int i = 0; i < requests; i++) {
        client.expect(reply);
      }
      assertThat(sender.isInterrupted()).isFalse();
    }
  }
}
