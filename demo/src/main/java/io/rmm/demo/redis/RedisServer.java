package io.rmm.demo.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.rmm.allocator.MemorySource;
import io.rmm.demo.cache.Cache;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A cache server that speaks the Redis protocol (version 2) on the loopback address.
 *
 * <p>Each connection belongs to one event loop; the databases are shared by all. So a value may be
 * allocated by one thread and freed by another, which is the allocator's hard case, and a large
 * upload delays only the connections of its loop.
 */
public final class RedisServer implements AutoCloseable {

  /** The host address that is listened on. */
  public static final String ADDRESS = "127.0.0.1";

  private static final System.Logger LOG = System.getLogger(RedisServer.class.getName());

  /** Unsent bytes of a connection at which its requests wait, and at which they go on. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(128 << 10, 256 << 10);

  private static final long TICK_MILLIS = 100;

  private static final long SHUTDOWN_SECONDS = 5;

  private final MultiThreadIoEventLoopGroup loops;
  private final Channel listener;
  private final ChannelGroup connections;

  private RedisServer(
      MultiThreadIoEventLoopGroup loops, Channel listener, ChannelGroup connections) {
    this.loops = loops;
    this.listener = listener;
    this.connections = connections;
  }

  /**
   * Starts a server.
   *
   * @param port the port to listen on; 0 for any that is free
   * @param cache what it serves; emptied by nobody when the server is closed
   * @param memory what INFO tells the figures of
   * @throws IOException if the port cannot be had
   */
  public static RedisServer start(int port, Cache cache, MemorySource memory) throws IOException {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("rmm-redis", true),
            NioIoHandler.newFactory());
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    ServerState state = new ServerState(cache, memory);
    CommandTable commands = new CommandTable(state);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    connections.add(channel);
                    connect(channel, state, commands);
                  }
                })
            .bind(ADDRESS, port)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      shutDown(loops);
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    RedisServer server = new RedisServer(loops, bound.channel(), connections);
    state.setPort(server.address().getPort());
    var _ = loops.scheduleAtFixedRate(() -> advance(cache), TICK_MILLIS, TICK_MILLIS, MILLISECONDS);
    return server;
  }

  /** Returns the address that is listened on. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Ends all connections and waits until their memory is free, except what the cache holds. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
    shutDown(loops);
  }

  private static void connect(SocketChannel channel, ServerState state, CommandTable commands) {
    Session session = new Session(state.cache(), state.connected());
    channel.closeFuture().addListener(closed -> state.disconnected());
    channel
        .pipeline()
        .addLast(
            new InlineCommandDecoder(),
            new RedisDecoder(true),
            new ConnectionHandler(channel, commands, session));
  }

  private static void advance(Cache cache) {
    try {
      cache.advance();
    } catch (RuntimeException e) {
      // An exception would end the ticking, and with it expiry, without a word.
      LOG.log(System.Logger.Level.WARNING, "a tick of the cache failed", e);
    }
  }

  private static void shutDown(MultiThreadIoEventLoopGroup loops) {
    loops.shutdownGracefully(0, SHUTDOWN_SECONDS, SECONDS).awaitUninterruptibly();
  }
}
