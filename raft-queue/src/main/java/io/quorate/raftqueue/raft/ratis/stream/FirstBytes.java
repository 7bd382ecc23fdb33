package io.quorate.raftqueue.raft.ratis.stream;

import java.util.function.Supplier;
import org.apache.ratis.thirdparty.io.netty.buffer.ByteBuf;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandler;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandlerContext;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Reads the first bytes of a connection and gives its place to the handler of the protocol that
 * they belong to.
 */
final class FirstBytes extends ChannelInboundHandlerAdapter {

  private final ChannelHandler grpc;
  private final Supplier<ChannelHandler> stream;

  /** gRPC begins with an event that its handler must see. */
  private @Nullable Object grpcEvent;

  private @Nullable ByteBuf gathered;

  FirstBytes(ChannelHandler grpc, Supplier<ChannelHandler> stream) {
    this.grpc = grpc;
    this.stream = stream;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (grpcEvent == null) {
      grpcEvent = event;
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (gathered == null) {
      gathered = bytes;
    } else {
      gathered = context.alloc().compositeBuffer(2).addComponents(true, gathered, bytes);
    }
    decide(context, gathered);
  }

  private void decide(ChannelHandlerContext context, ByteBuf bytes) {
    int length = Math.min(bytes.readableBytes(), StreamProtocol.MAGIC.length);
    for (int i = 0; i < length; i++) {
      if (bytes.getByte(bytes.readerIndex() + i) != StreamProtocol.MAGIC[i]) {
        handOver(context, grpc);
        return;
      }
    }
    if (length == StreamProtocol.MAGIC.length) {
      bytes.skipBytes(length);
      handOver(context, stream.get());
    }
  }

  private void handOver(ChannelHandlerContext context, ChannelHandler next) {
    ByteBuf bytes = gathered;
    gathered = null;
    context.pipeline().addAfter(context.name(), null, next);
    if (next == grpc && grpcEvent != null) {
      context.fireUserEventTriggered(grpcEvent);
    }
    if (bytes != null) {
      context.fireChannelRead(bytes);
      context.fireChannelReadComplete();
    }
    context.pipeline().remove(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (gathered != null) { // it closed before it said what it is
      gathered.release();
      gathered = null;
    }
  }
}
