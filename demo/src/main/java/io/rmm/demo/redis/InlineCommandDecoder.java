package io.rmm.demo.redis;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.redis.InlineCommandRedisMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads the lines that people type with {@code nc} or {@code telnet}, until the connection turns
 * out to be a client library's: at the first {@code *} this decoder leaves the pipeline, and what
 * it has not read goes to Netty's {@code RedisDecoder}.
 *
 * <p>That one reads inline commands too, but only those that end with CR LF, while {@code echo PING
 * | nc} sends a bare LF, and a request that begins with {@code $} or {@code :} is for Redis a
 * command of that name.
 */
final class InlineCommandDecoder extends ByteToMessageDecoder {

  /** The longest line, as in Redis. */
  static final int LONGEST_LINE = 64 << 10;

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (in.getByte(in.readerIndex()) == '*') {
      ctx.pipeline().remove(this);
      return;
    }
    int length = in.bytesBefore((byte) '\n');
    if (length > LONGEST_LINE || (length < 0 && in.readableBytes() > LONGEST_LINE)) {
      in.skipBytes(in.readableBytes());
      throw new TooLongFrameException("too big inline request");
    }
    if (length < 0) {
      return;
    }
    boolean carriageReturn = length > 0 && in.getByte(in.readerIndex() + length - 1) == '\r';
    String line =
        in.toString(in.readerIndex(), carriageReturn ? length - 1 : length, StandardCharsets.UTF_8);
    in.skipBytes(length + 1);
    out.add(new InlineCommandRedisMessage(line));
  }
}
