package io.rmm.demo.load;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A Redis client that sends commands in batches and passes over what comes back.
 *
 * <p>A batch must be small enough to be sent without reading replies meanwhile: tens of kilobytes,
 * or values one way only. Not safe for use by several threads.
 */
final class LoadClient implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final byte[] CR_LF = {'\r', '\n'};

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private int awaited;

  /**
   * Connects, and selects a database.
   *
   * @throws IOException if that fails
   */
  LoadClient(InetSocketAddress server, int database) throws IOException {
    socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(server, TIMEOUT_MILLIS);
      out = new BufferedOutputStream(socket.getOutputStream(), 64 << 10);
      in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
      send("SELECT", Integer.toString(database));
      finishBatch();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Adds a command to the batch. */
  void send(String... words) throws IOException {
    beginCommand(words.length);
    words(words);
  }

  /** Adds SET to the batch, with the first {@code length} bytes of {@code value}, and options. */
  void set(String key, byte[] value, int length, String... options) throws IOException {
    beginCommand(3 + options.length);
    words("SET", key);
    argument(value, length);
    words(options);
  }

  /** Sends the batch, and waits for its replies. */
  void finishBatch() throws IOException {
    out.flush();
    for (; awaited > 0; awaited--) {
      passReply();
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void beginCommand(int arguments) throws IOException {
    line('*', arguments);
    awaited++;
  }

  private void words(String... words) throws IOException {
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      argument(bytes, bytes.length);
    }
  }

  private void argument(byte[] bytes, int length) throws IOException {
    line('$', length);
    out.write(bytes, 0, length);
    out.write(CR_LF);
  }

  private void line(char type, int number) throws IOException {
    out.write(type);
    out.write(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
    out.write(CR_LF);
  }

  /** Passes over a status, an integer, a string, or an error, which a full database answers. */
  private void passReply() throws IOException {
    int type = in.read();
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the server ended the connection");
      }
      line.append((char) next);
    }
    if (type == '$') {
      int length = Integer.parseInt(line.toString().trim());
      in.skipNBytes(length < 0 ? 0 : length + CR_LF.length);
    }
  }
}
