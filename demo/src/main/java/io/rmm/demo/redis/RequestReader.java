package io.rmm.demo.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.redis.ArrayHeaderRedisMessage;
import io.netty.handler.codec.redis.BulkStringHeaderRedisMessage;
import io.netty.handler.codec.redis.BulkStringRedisContent;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.InlineCommandRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.LastBulkStringRedisContent;
import io.rmm.demo.cache.CacheFullException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the decoder's messages together to requests, one connection's.
 *
 * <p>A value never exists as a whole anywhere but in its block: the block is allocated when the
 * value's length is known, and every chunk that the decoder cuts from the socket's buffer is copied
 * there at once. So a value of 512 MB costs 512 MB and one read buffer. Netty's own aggregators
 * would hold it a second time.
 *
 * <p>What a request does wrong early (unknown command, wrong number of arguments, a value that its
 * budget refuses) is remembered, and the rest of it is passed over without being stored.
 *
 * <p>For the connection's event loop alone.
 */
final class RequestReader implements AutoCloseable {

  /** Arguments of one request, as many as Redis allowed for a long time. */
  private static final int MOST_ARGUMENTS = 1 << 20;

  /** Heap that the words of one request may take. Values do not count: their budget does. */
  private static final int MOST_WORD_BYTES = 16 << 20;

  /** Heap of an argument besides its bytes: object, array header, list slot. */
  private static final int ARGUMENT_BYTES = 64;

  private final CommandTable commands;
  private final Session session;
  private @Nullable Request request;
  private @Nullable Argument argument;
  private long wordBytes;

  RequestReader(CommandTable commands, Session session) {
    this.commands = commands;
    this.session = session;
  }

  /**
   * Reads the next message, which stays the caller's.
   *
   * @return the request that the message completes, the caller's to close; otherwise null
   * @throws ProtocolException if no request looks like this
   */
  @Nullable Request read(Object message) throws ProtocolException {
    switch (message) {
      case BulkStringHeaderRedisMessage header -> beginArgument(header.bulkStringLength());
      // An empty or null string comes as one message, which is "last content" too.
      case FullBulkStringRedisMessage string -> {
        if (string.isNull()) {
          throw new ProtocolException("invalid bulk length");
        }
        beginArgument(string.content().readableBytes());
        return endArgument(string.content());
      }
      case LastBulkStringRedisContent content -> {
        return endArgument(content.content());
      }
      case BulkStringRedisContent content -> current().append(content.content());
      case ArrayHeaderRedisMessage array -> beginRequest(array.length());
      case InlineCommandRedisMessage line -> {
        return inline(line.content());
      }
      case IntegerRedisMessage integer -> throw unexpected(':');
      case ErrorRedisMessage error -> throw unexpected('-');
      default -> throw unexpected('+');
    }
    return null;
  }

  /** Tells what is wrong with bytes that the decoder could not read. */
  String undecodable() {
    if (argument != null) {
      return "expected CRLF at the end of a bulk string";
    }
    return request == null ? "invalid multibulk length" : "invalid bulk length";
  }

  /** Frees what has arrived of an unfinished request. */
  @Override
  public void close() {
    if (argument != null) {
      argument.close();
      argument = null;
    }
    if (request != null) {
      request.close();
      request = null;
    }
  }

  private void beginRequest(long arguments) throws ProtocolException {
    if (request != null) {
      throw unexpected('*');
    }
    if (arguments > MOST_ARGUMENTS) {
      throw new ProtocolException("invalid multibulk length");
    }
    if (arguments > 0) { // Redis passes over empty requests
      request = new Request((int) arguments);
      wordBytes = 0;
    }
  }

  private void beginArgument(int length) throws ProtocolException {
    if (request == null) {
      throw unexpected('$');
    }
    argument = place(request, length);
  }

  private @Nullable Request endArgument(ByteBuf lastChunk) {
    current().append(lastChunk);
    Request filled = request;
    if (filled == null) {
      throw new IllegalStateException("an argument without a request");
    }
    filled.add(current(), commands);
    argument = null;
    if (!filled.isComplete()) {
      return null;
    }
    request = null;
    return filled;
  }

  private Argument current() {
    if (argument == null) {
      throw new IllegalStateException("contents without a header");
    }
    return argument;
  }

  /**
   * Decides where the next argument of {@code request} goes, which is {@code length} bytes long.
   */
  private Argument place(Request request, int length) throws ProtocolException {
    if (request.isRefused()) {
      return Argument.word(0);
    }
    int index = request.size();
    Command command = request.command();
    if (command != null && command.takesValueAt(index)) {
      try {
        return Argument.value(session.database().allocate(length));
      } catch (CacheFullException full) {
        request.refuse(ConnectionHandler.OUT_OF_MEMORY);
        return Argument.word(0);
      }
    }
    // Of a name that is too long to be one, and of the arguments of an unknown command, only the
    // beginnings are needed, for the error reply.
    int kept = command == null ? Math.min(length, Request.REPEATED_BYTES) : length;
    wordBytes += kept + ARGUMENT_BYTES;
    if (wordBytes > MOST_WORD_BYTES) {
      throw new ProtocolException("too big a request");
    }
    return Argument.word(kept);
  }

  private @Nullable Request inline(String line) throws ProtocolException {
    if (request != null) {
      throw unexpected(line.isEmpty() ? '\r' : line.charAt(0));
    }
    List<byte[]> words = InlineWords.split(line);
    beginRequest(words.size());
    Request complete = null;
    for (byte[] word : words) {
      beginArgument(word.length);
      complete = endArgument(Unpooled.wrappedBuffer(word));
    }
    return complete;
  }

  private ProtocolException unexpected(char got) {
    return new ProtocolException(
        "expected '%c', got '%c'".formatted(request == null ? '*' : '$', got));
  }
}
