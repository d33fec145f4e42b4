package io.rmm.demo.redis;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.TooLongFrameException;

/**
 * Follows requests that are arrays, as client libraries send them, through a connection's bytes,
 * and so knows where they end. It reads headers, steps over contents, copies nothing, and leaves
 * all judgement to Netty's {@code RedisDecoder}, which reads the same bytes next: where they are
 * broken, that one ends the connection, and nobody minds any more where a request would have ended.
 */
final class ArrayFraming {

  private static final int END_OF_LINE_BYTES = 2;

  /** Arguments of the request under way whose headers are still to come. */
  private long arguments;

  /** Bytes of the argument under way that are still to come, its end of line included. */
  private long content;

  /** Tells whether the next byte, {@code next}, begins a request that is no array. */
  boolean endsBefore(byte next) {
    return content == 0 && arguments == 0 && next != '*';
  }

  /**
   * Follows {@code in} from its reader index, which stays.
   *
   * @return the number of bytes that belong to arrays; what comes after them begins another kind of
   *     request, or a header that is not whole yet
   */
  int follow(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (at < end && !endsBefore(in.getByte(at))) {
      if (content > 0) {
        int here = (int) Math.min(content, end - at);
        content -= here;
        at += here;
      } else {
        int next = header(in, at, end);
        if (next == at) {
          break;
        }
        at = next;
      }
    }
    return at - in.readerIndex();
  }

  /**
   * Reads the header at {@code begin}. Byte by byte, since most are four bytes long, for which a
   * search for the end of line costs more.
   *
   * @return where it ends; {@code begin} if it is not whole before {@code end}
   */
  private int header(ByteBuf in, int begin, int end) {
    long length = 0;
    boolean counts = true; // a null array, *-1, has no arguments
    for (int at = begin + 1; at < end; at++) {
      byte next = in.getByte(at);
      if (next == '\n') {
        entered(counts ? length : 0);
        return at + 1;
      }
      if (next >= '0' && next <= '9') {
        length = 10 * length + next - '0'; // one that overflows is broken, as above
      } else {
        counts &= next == '\r';
      }
    }
    if (end - begin > InlineCommandDecoder.LONGEST_LINE) {
      in.skipBytes(in.readableBytes());
      throw new TooLongFrameException(
          arguments == 0 ? "too big mbulk count string" : "too big bulk count string");
    }
    return begin;
  }

  private void entered(long length) {
    if (arguments == 0) {
      arguments = length;
    } else {
      arguments--;
      content = length + END_OF_LINE_BYTES;
    }
  }
}
