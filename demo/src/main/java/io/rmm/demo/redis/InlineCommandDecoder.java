package io.rmm.demo.redis;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.redis.InlineCommandRedisMessage;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads the lines that people type with {@code nc} or {@code telnet}; the requests of client
 * libraries, which begin with {@code *}, go on to Netty's {@code RedisDecoder} as they are.
 *
 * <p>That one reads inline commands too, but only those that end with CR LF, while {@code echo PING
 * | nc} sends a bare LF; a request that begins with {@code $} or {@code :} is for Redis a command
 * of that name; and it takes the bytes for UTF-8, and so loses those that are not. So it must not
 * see any, and {@link ArrayFraming} tells the two kinds apart for as long as the connection lives.
 */
final class InlineCommandDecoder extends ByteToMessageDecoder {

  /** The longest line, as in Redis. */
  static final int LONGEST_LINE = 64 << 10;

  /** In which every byte is a character, and comes out of it again. */
  static final Charset BYTES = StandardCharsets.ISO_8859_1;

  private final ArrayFraming framing = new ArrayFraming();

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int length = framing.follow(in);
    if (length > 0) {
      out.add(in.readRetainedSlice(length));
    } else if (framing.endsBefore(in.getByte(in.readerIndex()))) {
      decodeLine(in, out);
    }
  }

  private static void decodeLine(ByteBuf in, List<Object> out) {
    int length = in.bytesBefore((byte) '\n');
    if (length > LONGEST_LINE || (length < 0 && in.readableBytes() > LONGEST_LINE)) {
      in.skipBytes(in.readableBytes());
      throw new TooLongFrameException("too big inline request");
    }
    if (length < 0) {
      return;
    }
    boolean carriageReturn = length > 0 && in.getByte(in.readerIndex() + length - 1) == '\r';
    String line = in.toString(in.readerIndex(), carriageReturn ? length - 1 : length, BYTES);
    in.skipBytes(length + 1);
    out.add(new InlineCommandRedisMessage(line));
  }
}
