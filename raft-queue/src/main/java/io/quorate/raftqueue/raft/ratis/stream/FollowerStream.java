package io.quorate.raftqueue.raft.ratis.stream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.thirdparty.io.netty.buffer.ByteBuf;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelFutureListener;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandlerContext;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelOption;
import org.apache.ratis.thirdparty.io.netty.channel.group.ChannelGroup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The follower's end of a stream. A frame is copied once, into an array of its own, of which the
 * log's entries then are parts. Event loop only, but for answers.
 */
final class FollowerStream extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(FollowerStream.class);

  private final AppendService service;
  private final int maxFrameBytes;
  private final Executor snapshots;
  private final ChannelGroup streams;

  private final byte[] header = new byte[StreamProtocol.HEADER];
  private int headerBytes;

  /** The frame that is coming in. */
  private byte @Nullable [] payload;

  private int payloadBytes;
  private boolean failed;

  /** Pieces of a snapshot that are not taken in yet, and when they will be. */
  private int pieces;

  private CompletableFuture<Void> installing = CompletableFuture.completedFuture(null);

  FollowerStream(
      AppendService service, int maxFrameBytes, Executor snapshots, ChannelGroup streams) {
    this.service = service;
    this.maxFrameBytes = maxFrameBytes;
    this.snapshots = snapshots;
    this.streams = streams;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.channel().config().setOption(ChannelOption.TCP_NODELAY, true);
    streams.add(context.channel());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      while (bytes.isReadable() && !failed) {
        take(context, bytes);
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {}

  private void take(ChannelHandlerContext context, ByteBuf bytes) {
    byte[] frame = payload;
    if (frame == null) {
      int more = Math.min(bytes.readableBytes(), header.length - headerBytes);
      bytes.readBytes(header, headerBytes, more);
      headerBytes += more;
      if (headerBytes < header.length) {
        return;
      }
      int length = ByteBuffer.wrap(header).getInt() - 1;
      if (length < 0 || length > maxFrameBytes) {
        fail(context, "a frame of " + length + " bytes; at most " + maxFrameBytes + " are taken");
        return;
      }
      frame = new byte[length];
      payload = frame;
      payloadBytes = 0;
    }
    int more = Math.min(bytes.readableBytes(), frame.length - payloadBytes);
    bytes.readBytes(frame, payloadBytes, more);
    payloadBytes += more;
    if (payloadBytes == frame.length) {
      payload = null;
      headerBytes = 0;
      received(context, header[4], frame);
    }
  }

  private void received(ChannelHandlerContext context, byte kind, byte[] frame) {
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(frame).newCodedInput();
      in.enableAliasing(true); // the array is nobody else's
      switch (kind) {
        case StreamProtocol.APPEND -> append(context, AppendEntriesRequestProto.parseFrom(in));
        case StreamProtocol.SNAPSHOT -> install(context, InstallSnapshotRequestProto.parseFrom(in));
        default -> fail(context, "a frame of kind " + kind + ", which is not known");
      }
    } catch (IOException | RuntimeException e) {
      fail(context, String.valueOf(e.getMessage()));
    }
  }

  private void append(ChannelHandlerContext context, AppendEntriesRequestProto request)
      throws IOException {
    CompletableFuture<AppendEntriesReplyProto> answer = service.append(request);
    answer.whenComplete(
        (reply, failure) -> {
          if (failure != null) {
            context.executor().execute(() -> fail(context, String.valueOf(failure.getMessage())));
          } else if (service.mayLeave(reply)) {
            send(context, StreamProtocol.APPEND_REPLY, reply);
          } else {
            context.close();
          }
        });
  }

  /** One piece after the other; nothing more is read until all that came have been taken in. */
  private void install(ChannelHandlerContext context, InstallSnapshotRequestProto request) {
    context.channel().config().setAutoRead(false);
    pieces++;
    installing =
        installing
            .thenRunAsync(() -> installNow(context, request), snapshots)
            .whenCompleteAsync((done, failure) -> installed(context, failure), context.executor());
  }

  private void installNow(ChannelHandlerContext context, InstallSnapshotRequestProto request) {
    try {
      send(context, StreamProtocol.SNAPSHOT_REPLY, service.install(request));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void installed(ChannelHandlerContext context, @Nullable Throwable failure) {
    if (failure != null) {
      Throwable cause = failure.getCause();
      fail(context, String.valueOf((cause == null ? failure : cause).getMessage()));
    } else if (--pieces == 0) {
      context.channel().config().setAutoRead(true);
    }
  }

  private void fail(ChannelHandlerContext context, String why) {
    if (!failed) {
      failed = true;
      LOG.debug("stream from {} ends: {}", context.channel().remoteAddress(), why);
      byte[] text = why.getBytes(StandardCharsets.UTF_8);
      int length = Math.min(text.length, 1024);
      ByteBuf frame = context.alloc().buffer(StreamProtocol.HEADER + length);
      frame.writeInt(length + 1).writeByte(StreamProtocol.FAILURE).writeBytes(text, 0, length);
      context.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private static void send(ChannelHandlerContext context, byte kind, MessageLite message) {
    byte[] bytes = message.toByteArray();
    ByteBuf frame = context.alloc().buffer(StreamProtocol.HEADER + bytes.length);
    frame.writeInt(bytes.length + 1).writeByte(kind).writeBytes(bytes);
    context.writeAndFlush(frame);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("stream from {} ends: {}", context.channel().remoteAddress(), cause.toString());
    }
    context.close();
  }
}
