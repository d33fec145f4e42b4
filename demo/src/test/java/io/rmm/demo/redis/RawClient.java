package io.rmm.demo.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends any bytes, and sees the bytes of every reply. */
final class RawClient implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket = new Socket();
  private final OutputStream out;
  private final DataInputStream in;

  RawClient(InetSocketAddress server) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(server, PATIENCE_MILLIS);
    out = socket.getOutputStream();
    in = new DataInputStream(socket.getInputStream());
  }

  /** Spells a request as client libraries do. */
  static String request(String... words) {
    StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return text.toString();
  }

  RawClient send(String bytes) throws IOException {
    return send(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    out.write(bytes);
    return this;
  }

  /** Reads as many bytes as {@code reply} has, and compares. */
  RawClient expect(String reply) throws IOException {
    assertThat(read(reply.length())).isEqualTo(reply);
    return this;
  }

  String read(int length) throws IOException {
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  void expectEnd() throws IOException {
    assertThat(in.read()).isEqualTo(-1);
  }

  /** Gives up the connection with a reset, as a client that crashes does. */
  void crash() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
