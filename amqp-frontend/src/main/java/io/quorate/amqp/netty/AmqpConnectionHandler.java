package io.quorate.amqp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.engine.ConnectionEngine;
import io.quorate.amqp.engine.EngineContext;
import io.quorate.amqp.engine.Peer;
import io.quorate.amqp.protocol.FrameDecoder;
import io.quorate.amqp.protocol.ProtocolException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's socket: feeds the decoder, and tells the engine what happens to the socket. */
final class AmqpConnectionHandler extends ChannelInboundHandlerAdapter {

  private static final Logger log = LoggerFactory.getLogger(AmqpConnectionHandler.class);

  private final EngineContext context;
  private final FrameDecoder decoder;
  private @Nullable NettyTransport transport;
  private @Nullable Heartbeats heartbeats;
  private @Nullable ConnectionEngine engine;

  AmqpConnectionHandler(EngineContext context) {
    this.context = context;
    // what comes before tune-ok is small
    this.decoder = FrameDecoder.forServer(FrontendConfig.INITIAL_FRAME_MAX_BYTES);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    Heartbeats beats =
        new Heartbeats(ctx.channel().eventLoop(), this::sendHeartbeat, () -> giveUp(ctx));
    NettyTransport socket =
        new NettyTransport(ctx.channel(), decoder, beats, FrontendConfig.MIN_FRAME_MAX_BYTES);
    heartbeats = beats;
    transport = socket;
    engine = new ConnectionEngine(context, socket, peer(ctx.channel().remoteAddress()));
    context.metrics().connectionOpened();
  }

  private static Peer peer(@Nullable SocketAddress address) {
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      return new Peer(
          inet.getAddress().getHostAddress() + ":" + inet.getPort(),
          inet.getAddress().isLoopbackAddress());
    }
    return new Peer(String.valueOf(address), false);
  }

  /** The client is told that the server stops; on the event loop. */
  void shutDown() {
    ConnectionEngine running = engine;
    if (running != null) {
      running.shutDown();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ConnectionEngine running = engine;
    Heartbeats beats = heartbeats;
    try {
      if (message instanceof ByteBuf input && running != null && beats != null) {
        beats.onRead();
        decoder.feed(input.nioBuffer(), running);
      }
    } catch (ProtocolException e) {
      if (running != null) {
        running.onMalformedInput(e);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ConnectionEngine running = engine;
    if (running != null) {
      running.onReadComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    ConnectionEngine running = engine;
    if (running != null && ctx.channel().isWritable()) {
      running.onWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    disconnected("client unexpectedly closed the TCP connection");
    context.metrics().connectionClosed();
    // what outlives the socket, such as the deletion of its queues, must not keep all the rest
    engine = null;
    transport = null;
    heartbeats = null;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      disconnected("connection lost: " + cause.getMessage());
    } else {
      log.error("connection {}: internal error", ctx.channel().remoteAddress(), cause);
      disconnected("internal error");
    }
    ctx.close();
  }

  private void sendHeartbeat() {
    NettyTransport socket = transport;
    if (socket != null) {
      socket.sendHeartbeat();
    }
  }

  private void giveUp(ChannelHandlerContext ctx) {
    disconnected("missed heartbeats from the client, closing the connection");
    ctx.close();
  }

  private void disconnected(String why) {
    ConnectionEngine running = engine;
    NettyTransport socket = transport;
    if (running != null && socket != null) {
      running.onDisconnected(why);
      socket.discard();
    }
  }
}
