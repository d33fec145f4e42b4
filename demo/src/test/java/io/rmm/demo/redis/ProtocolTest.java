package io.rmm.demo.redis;

import static io.rmm.demo.redis.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol, byte for byte: how requests may arrive, and what broken ones get. */
class ProtocolTest {

  private RunningServer server;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    server = new RunningServer(256 << 20);
    client = server.rawClient();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void aRequestMayArriveByteByByte() throws IOException {
    String all = request("SET", "key", "value") + request("GET", "key") + "PING\r\n";
    for (byte next : all.getBytes(StandardCharsets.ISO_8859_1)) {
      client.send(new byte[] {next});
    }
    client.expect("+OK\r\n$5\r\nvalue\r\n+PONG\r\n");
  }

  @Test
  void manyRequestsMayArriveAtOnce() throws IOException {
    StringBuilder requests = new StringBuilder();
    StringBuilder replies = new StringBuilder();
    for (int i = 0; i < 2_000; i++) {
      requests.append(request("SET", "k" + i, "v" + i)).append(request("GET", "k" + i));
      replies
          .append("+OK\r\n$")
          .append(("v" + i).length())
          .append("\r\nv")
          .append(i)
          .append("\r\n");
    }
    client.send(requests.toString()).expect(replies.toString());
    assertThat(server.liveBlocks()).isEqualTo(2_000);
  }

  @Test
  void aStreamMayBeCutAnywhere() throws IOException {
    Random random = new Random(7);
    byte[] requests =
        (request("MSET", "a", "1", "b", "x\r\nPING\r\n".repeat(300))
                + request("MGET", "a", "b", "c")
                + "GET a\n")
            .repeat(50)
            .getBytes(StandardCharsets.ISO_8859_1);
    for (int at = 0; at < requests.length; ) {
      int end = Math.min(requests.length, at + 1 + random.nextInt(700));
      client.send(java.util.Arrays.copyOfRange(requests, at, end));
      at = end;
    }
    client.expect(
        ("+OK\r\n*3\r\n$1\r\n1\r\n$2700\r\n"
                + "x\r\nPING\r\n".repeat(300)
                + "\r\n$-1\r\n$1\r\n1\r\n")
            .repeat(50));
  }

  @Test
  void valuesAreAnyBytes() throws IOException {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    String value = new String(all, StandardCharsets.ISO_8859_1);
    client.send(request("SET", "\r\n\0", value)).expect("+OK\r\n");
    client.send(request("GET", "\r\n\0")).expect("$256\r\n" + value + "\r\n");
    client.send(request("SET", "empty", "")).expect("+OK\r\n");
    client.send(request("GET", "empty")).expect("$0\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SET k v\r\n", "SET k v\n", "  set \t k  v \r\n", "SET 'k' \"\\x76\"\n"})
  void linesAsPeopleTypeThemAreRequestsToo(String line) throws IOException {
    client.send(line).expect("+OK\r\n");
    client.send("GET k\n\n\r\nPING\n").expect("$1\r\nv\r\n+PONG\r\n");
  }

  @Test
  void linesMayFollowArrays() throws IOException {
    client.send("PING\n" + request("PING") + "PING\r\n").expect("+PONG\r\n+PONG\r\n+PONG\r\n");
    client.send("*0\r\nPING\n*-1\r\nPING\n").expect("+PONG\r\n+PONG\r\n");
    client.send(":1\n").expect("-ERR unknown command ':1', with args beginning with: \r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*1\r\n$4\r\nPING\r\n"})
  void linesAreAnyBytes(String before) throws IOException {
    StringBuilder bytes = new StringBuilder();
    for (char next = '!'; next <= 0xff; next++) {
      bytes.append(next == '"' || next == '\'' ? "" : next);
    }
    client.send(before + "SET \u00e4 " + bytes + "\n");
    client.expect(before.isEmpty() ? "+OK\r\n" : "+PONG\r\n+OK\r\n");
    client.send(request("GET", "\u00e4"));
    client.expect("$" + bytes.length() + "\r\n" + bytes + "\r\n");
  }

  @Test
  void emptyArraysArePassedOver() throws IOException {
    client.send("*0\r\n*-1\r\n" + request("PING")).expect("+PONG\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      textBlock =
          """
          *x\\r\\n                                  , invalid multibulk length
          *2147483648\\r\\n                         , invalid multibulk length
          *99999999999999999999\\r\\n               , invalid multibulk length
          *2\\r\\n$3\\r\\nGET\\r\\n:1\\r\\n               , `expected '$', got ':'`
          *2\\r\\n$3\\r\\nGET\\r\\n*1\\r\\n               , `expected '$', got '*'`
          *2\\r\\n$3\\r\\nGET\\r\\nkey\\r\\n              , `expected '$', got 'k'`
          *1\\r\\n$-1\\r\\n                           , invalid bulk length
          *1\\r\\n$x\\r\\n                            , invalid bulk length
          *1\\r\\n$4\\r\\nPINGxx                     , expected CRLF at the end of a bulk string
          *3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\nk\\r\\n$536870913\\r\\n , invalid bulk length
          SET k \\"v\\r\\n                          , unbalanced quotes in request
          SET k 'v'x\\r\\n                         , unbalanced quotes in request
          """)
  void whatIsBrokenIsNamedAndEndsTheConnection(String bytes, String reason) throws IOException {
    String unescaped =
        bytes.strip().replace("\\r", "\r").replace("\\n", "\n").replace("\\\"", "\"");
    client.send(request("SET", "before", "kept"));
    client.send(unescaped).expect("+OK\r\n-ERR Protocol error: " + reason + "\r\n");
    client.expectEnd();
    try (RawClient other = server.rawClient()) {
      other.send(request("GET", "before")).expect("$4\r\nkept\r\n");
    }
    server.awaitLiveBlocks(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "*1\r\n$", "*1\r\n$4\r\nPING\r\n"})
  void aLineThatNeverEndsIsNotCollectedForEver(String beginning) throws IOException {
    client.send(beginning + "1".repeat(200_000));
    client.expect(beginning.endsWith("PING\r\n") ? "+PONG\r\n" : "");
    client.expect("-ERR Protocol error: ");
  }

  @Test
  void wordsDoNotFillTheHeap() throws IOException {
    // Each of them is small enough; together they are not. Unread, they would block the sender.
    String word = "x".repeat(1 << 20);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                client.send("*100\r\n$3\r\nDEL\r\n");
                for (int i = 0; i < 50; i++) {
                  client.send("$" + word.length() + "\r\n" + word + "\r\n");
                }
              } catch (IOException e) {
                // The server has hung up, as it should.
              }
            });
    client.expect("-ERR Protocol error: too big a request\r\n");
  }

  @Test
  void unknownCommandsAndWrongNumbersOfArgumentsAreRefusedAndReadOn() throws IOException {
    client
        .send(request("NoSuch", "a", "b\r\nc", "d".repeat(300)))
        .expect(
            "-ERR unknown command 'NoSuch', with args beginning with: 'a' 'b  c' '"
                + "d".repeat(128 - "'a' 'b  c' ".length())
                + "' \r\n");
    client.send(request("get")).expect("-ERR wrong number of arguments for 'get' command\r\n");
    client.send(request("SET", "k")).expect("-ERR wrong number of arguments for 'set' command\r\n");
    client
        .send(request("MSET", "a", "1", "b"))
        .expect("-ERR wrong number of arguments for 'mset' command\r\n");
    client.send(request("x".repeat(1_000))).expect("-ERR unknown command '" + "x".repeat(128));
    client.read("', with args beginning with: \r\n".length());
    client.send(request("PING")).expect("+PONG\r\n");
    assertThat(server.liveBlocks()).isZero();
  }

  @Test
  void theArgumentsOfAnUnknownCommandAreNotStored() throws IOException {
    client.send("*2\r\n$4\r\nNOPE\r\n$" + (100 << 20) + "\r\n");
    byte[] chunk = new byte[1 << 20];
    for (int i = 0; i < 100; i++) {
      client.send(chunk);
    }
    client.send("\r\n").expect("-ERR unknown command 'NOPE'");
    assertThat(server.manager().snapshot().peakUsedBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST / HTTP/1.1\r\n", "Host: 127.0.0.1\r\n"})
  void aBrowserIsCutOffBeforeItCanDoHarm(String line) throws IOException {
    client.send(request("SET", "kept", "1")).expect("+OK\r\n");
    client.send(line + "\r\nFLUSHALL\r\n").expectEnd();
    try (RawClient other = server.rawClient()) {
      other.send(request("DBSIZE")).expect(":1\r\n");
    }
  }

  @Test
  void quitSaysGoodbye() throws IOException {
    client.send(request("QUIT") + request("PING")).expect("+OK\r\n");
    client.expectEnd();
  }
}
