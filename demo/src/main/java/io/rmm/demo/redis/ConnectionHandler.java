package io.rmm.demo.redis;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.util.ReferenceCountUtil;
import io.rmm.demo.cache.CacheFullException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One connection: runs its requests in order, and sees that a client that does not read its replies
 * is not read from either.
 *
 * <p>Back pressure: as soon as more replies wait than the channel's high water mark allows, reading
 * stops, and messages that the decoder has already cut from the current buffer wait in a backlog,
 * which holds no more than that buffer. So a client that asks for thousands of large values in one
 * packet gets them one after the other.
 *
 * <p>Nothing is leaked however a connection ends: an unfinished request frees its blocks, replies
 * that were not sent let their values go, and messages are released.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {

  /** The reply where a value does not fit, in the words of Redis. */
  static final String OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

  /**
   * How long a connection that we end is still read from. Closing a socket with unread bytes makes
   * the kernel reset it, which can destroy the last reply before the client has seen it.
   */
  private static final long LINGER_SECONDS = 1;

  private static final System.Logger LOG = System.getLogger(ConnectionHandler.class.getName());

  private final Channel channel;
  private final Session session;
  private final RequestReader reader;
  private final ReplyWriter reply;
  private final Queue<Object> backlog = new ArrayDeque<>();
  private boolean draining;
  private boolean ended;

  ConnectionHandler(Channel channel, CommandTable commands, Session session) {
    this.channel = channel;
    this.session = session;
    this.reader = new RequestReader(commands, session);
    this.reply = new ReplyWriter(channel);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (ended) {
      ReferenceCountUtil.release(message);
    } else if (backlog.isEmpty() && channel.isWritable()) {
      handle(message);
    } else {
      backlog.add(message);
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reply.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    // Flushing can make the channel writable, and so call this, from within the loop of drain().
    if (!draining && channel.isWritable()) {
      drain();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (ended) {
      return;
    }
    switch (cause) {
      case TooLongFrameException tooLong -> complain(String.valueOf(tooLong.getMessage()));
      case CodecException undecodable -> complain(reader.undecodable());
      case IOException gone -> {
        LOG.log(DEBUG, "client {0} is gone: {1}", session.id(), gone.getMessage());
        close();
      }
      default -> {
        LOG.log(ERROR, "client " + session.id() + ": a request failed", cause);
        reply.error("ERR internal error");
        end();
      }
    }
  }

  private void drain() {
    draining = true;
    try {
      while (!ended && channel.isWritable()) {
        Object message = backlog.poll();
        if (message == null) {
          channel.config().setAutoRead(true);
          break;
        }
        handle(message);
        if (!channel.isWritable()) {
          reply.flush();
        }
      }
      reply.flush();
    } finally {
      draining = false;
    }
  }

  private void handle(Object message) {
    try {
      Request request = reader.read(message);
      if (request != null) {
        run(request);
      }
    } catch (ProtocolException broken) {
      complain(String.valueOf(broken.getMessage()));
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void run(Request request) {
    if (request.isHttp()) {
      LOG.log(WARNING, "client {0} speaks HTTP and is cut off", session.id());
      request.close();
      close();
      return;
    }
    try (request) {
      Command command = request.runnable();
      session.database().counters().countCommand();
      command.action().run(request, session, reply);
    } catch (CommandException refused) {
      reply.error(String.valueOf(refused.getMessage()));
    } catch (CacheFullException full) {
      reply.error(OUT_OF_MEMORY);
    }
    if (session.isEnding()) {
      end();
    }
  }

  private void complain(String breach) {
    reply.error("ERR Protocol error: " + breach);
    end();
  }

  /** Sends what is gathered, and closes the connection when the client has had a chance to read. */
  private void end() {
    reply.flush();
    release();
    channel.config().setAutoRead(true); // to pass over what still comes in
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            sent -> {
              var _ = ((DuplexChannel) channel).shutdownOutput();
              var _ = channel.eventLoop().schedule(this::close, LINGER_SECONDS, SECONDS);
            });
  }

  private void close() {
    var _ = channel.close();
  }

  private void release() {
    ended = true;
    reader.close();
    reply.close();
    backlog.forEach(ReferenceCountUtil::release);
    backlog.clear();
  }
}
