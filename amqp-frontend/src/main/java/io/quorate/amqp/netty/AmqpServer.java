package io.quorate.amqp.netty;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.engine.EngineContext;
import io.quorate.amqp.engine.FrontendMetrics;
import io.quorate.raftqueue.api.QueueStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves AMQP 0-9-1 to clients out of a store. Thread-safe. */
public final class AmqpServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(AmqpServer.class);
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(128 * 1024, 512 * 1024);
  private static final int BACKLOG = 1024;
  private static final int PASSWORD_THREADS = 2;

  private final FrontendConfig config;
  private final EventLoopGroup acceptor;
  private final EventLoopGroup loops;
  private final ExecutorService passwordChecks;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final EngineContext context;
  private volatile boolean stopping;
  private Channel listener;

  private AmqpServer(FrontendConfig config, QueueStore store, MeterRegistry registry)
      throws IOException {
    this.config = config;
    this.acceptor = loopGroup(1, "amqp-accept");
    this.loops = loopGroup(config.eventLoopThreads(), "amqp");
    this.passwordChecks =
        Executors.newFixedThreadPool(
            PASSWORD_THREADS, new DefaultThreadFactory("amqp-password", true));
    this.context =
        new EngineContext(
            config,
            store,
            new FrontendMetrics(registry),
            System::nanoTime,
            new RandomNames(),
            passwordChecks,
            version());
    try {
      this.listener = bind();
    } catch (IOException e) {
      shutDownThreads();
      throw e;
    }
    log.info("AMQP clients are served on {}:{}", config.host(), port());
  }

  /**
   * Starts listening.
   *
   * @throws IOException if the address cannot be listened on
   */
  public static AmqpServer start(FrontendConfig config, QueueStore store, MeterRegistry registry)
      throws IOException {
    return new AmqpServer(config, store, registry);
  }

  private static EventLoopGroup loopGroup(int threads, String name) {
    int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    return new MultiThreadIoEventLoopGroup(
        count, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  private static String version() {
    String version = AmqpServer.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private Channel bind() throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(acceptor, loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    var bound = bootstrap.bind(config.host(), config.port()).awaitUninterruptibly();
    Throwable failure = bound.cause();
    if (failure != null) {
      throw new IOException(
          "cannot listen on %s:%d for AMQP clients: %s"
              .formatted(config.host(), config.port(), failure.getMessage()),
          failure);
    }
    return bound.channel();
  }

  private void accept(Channel channel) {
    if (stopping || connections.size() >= config.maxConnections()) {
      log.warn(
          "connection {} refused: {}",
          channel.remoteAddress(),
          stopping ? "node is shutting down" : "limit of " + config.maxConnections() + " reached");
      channel.close();
      return;
    }
    connections.add(channel);
    channel.pipeline().addLast(new AmqpConnectionHandler(context));
  }

  /** The port that is listened on. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /**
   * Stops accepting, tells the clients (connection.close, CONNECTION_FORCED), gives them a moment
   * to answer, and closes. What they held goes back to its queues. Blocks until done.
   */
  @Override
  public void close() {
    stopping = true;
    listener.close().awaitUninterruptibly();
    for (Channel channel : connections) {
      AmqpConnectionHandler handler = channel.pipeline().get(AmqpConnectionHandler.class);
      if (handler != null) {
        channel.eventLoop().execute(handler::shutDown);
      }
    }
    if (!connections.newCloseFuture().awaitUninterruptibly(config.closeTimeoutMs())) {
      connections.close().awaitUninterruptibly(config.closeTimeoutMs());
    }
    shutDownThreads();
    log.info("AMQP on {}:{} is closed", config.host(), config.port());
  }

  private void shutDownThreads() {
    passwordChecks.shutdownNow();
    acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3_000);
  }
}
