package io.quorate.node.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Serves pages over HTTP/1.1. Bounded: request line 4 KiB, headers 8 KiB, body 4 KiB, 30 s without
 * a request, a number of connections. One thread, on which the pages are made: they must not block.
 */
public final class HttpServer implements AutoCloseable {

  private static final int LINE_BYTES = 4096;
  private static final int HEADER_BYTES = 8192;
  private static final int BODY_BYTES = 4096;
  private static final int IDLE_SECONDS = 30;

  private final EventLoopGroup eventLoop;
  private final Channel listener;

  private HttpServer(EventLoopGroup eventLoop, Channel listener) {
    this.eventLoop = eventLoop;
    this.listener = listener;
  }

  /**
   * Listens.
   *
   * @param port 0 for any free one
   * @param maxConnections connections at one time, at least 1; a further one is closed at once
   * @param pages what to answer, by path
   * @throws IOException if the port is taken or the address is not this machine's
   */
  public static HttpServer start(
      String host, int port, int maxConnections, Map<String, Supplier<Page>> pages)
      throws IOException {
    EventLoopGroup eventLoop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("http", true), NioIoHandler.newFactory());
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    Map<String, Supplier<Page>> table = new TreeMap<>(pages);
    var bound =
        new ServerBootstrap()
            .group(eventLoop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    if (connections.size() >= maxConnections) {
                      channel.close();
                      return;
                    }
                    connections.add(channel);
                    channel
                        .pipeline()
                        .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                        .addLast(new HttpServerCodec(LINE_BYTES, HEADER_BYTES, BODY_BYTES))
                        .addLast(new HttpObjectAggregator(BODY_BYTES))
                        .addLast(new PageHandler(table));
                  }
                })
            .bind(new InetSocketAddress(host, port))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new IOException(
          "cannot listen on %s:%d: %s".formatted(host, port, bound.cause().getMessage()),
          bound.cause());
    }
    return new HttpServer(eventLoop, bound.channel());
  }

  /** The port it listens on. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Closes the port and all connections. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    eventLoop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
