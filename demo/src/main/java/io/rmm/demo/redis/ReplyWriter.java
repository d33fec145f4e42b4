package io.rmm.demo.redis;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.rmm.demo.cache.Value;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes replies, one connection's.
 *
 * <p>Small replies are gathered in one buffer, which is handed to the channel when it is full and
 * when all that a client has sent so far is answered: one write for sixteen pipelined commands
 * instead of sixteen. Large values are handed over as they are, see {@link ValueBuf}.
 *
 * <p>Netty's {@code RedisEncoder} is not used: it makes three buffers and two messages of every
 * string and passes each through the pipeline.
 *
 * <p>For the connection's event loop alone.
 */
final class ReplyWriter implements AutoCloseable {

  /** Bytes of a gathering buffer: sixteen replies of 1 KiB, and then some. */
  private static final int BATCH = 32 << 10;

  /** Values up to here are copied; a reference costs about as much as copying this many bytes. */
  private static final int LARGEST_COPY = 8 << 10;

  /** Room for a type character, a 64 bit number and two line ends. */
  private static final int FRAME = 32;

  private static final int CR_LF = ('\r' << 8) | '\n';

  private final Channel channel;
  private @Nullable ByteBuf batch;

  ReplyWriter(Channel channel) {
    this.channel = channel;
  }

  void ok() {
    simple("OK");
  }

  void simple(String text) {
    line('+', text);
  }

  /** Writes an error; {@code message} begins with its code word, for example {@code ERR}. */
  void error(String message) {
    line('-', message.replace('\r', ' ').replace('\n', ' '));
  }

  void integer(long value) {
    line(':', Long.toString(value));
  }

  /** Begins an array: {@code length} further replies belong to it. */
  void array(int length) {
    line('*', Integer.toString(length));
  }

  void nil() {
    line('$', "-1");
  }

  void bulk(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuf out = header(bytes.length, bytes.length);
    out.writeBytes(bytes);
    out.writeShort(CR_LF);
  }

  /**
   * Writes the bytes of {@code value}, which the caller holds, and lets it go when they are sent.
   */
  void bulk(Value value) {
    boolean handedOver = false;
    try {
      int length = Math.toIntExact(value.byteSize());
      if (length <= LARGEST_COPY) {
        ByteBuf out = header(length, length);
        out.writeBytes(value.bytes());
        out.writeShort(CR_LF);
      } else {
        header(length, 0);
        push();
        ByteBuf whole = new ValueBuf(channel.alloc(), value);
        handedOver = true;
        var _ = channel.write(whole);
        room(FRAME).writeShort(CR_LF);
      }
    } finally {
      if (!handedOver) {
        value.release(); // also where Netty has no memory for the reply
      }
    }
  }

  /** Hands what is gathered to the channel, which sends it when it is flushed. */
  void push() {
    if (batch != null) {
      var _ = channel.write(batch);
      batch = null;
    }
  }

  /** Sends everything. */
  void flush() {
    push();
    channel.flush();
  }

  /** Drops what is gathered. */
  @Override
  public void close() {
    if (batch != null) {
      batch.release();
      batch = null;
    }
  }

  private void line(char type, String text) {
    ByteBuf out = room(FRAME + text.length());
    out.writeByte(type);
    out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    out.writeShort(CR_LF);
  }

  /** Writes the header of a string of {@code length} bytes, with room for {@code following}. */
  private ByteBuf header(int length, int following) {
    ByteBuf out = room(FRAME + following);
    out.writeByte('$');
    out.writeCharSequence(Integer.toString(length), StandardCharsets.ISO_8859_1);
    out.writeShort(CR_LF);
    return out;
  }

  private ByteBuf room(int bytes) {
    if (batch != null && batch.writableBytes() < bytes) {
      push();
    }
    if (batch == null) {
      batch = channel.alloc().ioBuffer(Math.max(BATCH, bytes));
    }
    return batch;
  }
}
