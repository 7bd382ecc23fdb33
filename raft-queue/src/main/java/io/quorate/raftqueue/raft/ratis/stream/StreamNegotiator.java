package io.quorate.raftqueue.raft.ratis.stream;

import io.quorate.raftqueue.thread.DaemonThreads;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcHttp2ConnectionHandler;
import org.apache.ratis.thirdparty.io.grpc.netty.InternalProtocolNegotiator;
import org.apache.ratis.thirdparty.io.grpc.netty.InternalProtocolNegotiators;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandler;
import org.apache.ratis.thirdparty.io.netty.channel.group.ChannelGroup;
import org.apache.ratis.thirdparty.io.netty.channel.group.DefaultChannelGroup;
import org.apache.ratis.thirdparty.io.netty.util.AsciiString;
import org.apache.ratis.thirdparty.io.netty.util.concurrent.GlobalEventExecutor;

/**
 * Lets gRPC and the streams of leaders share a port: the first bytes of a connection say which it
 * is. To be given to gRPC's server. Thread-safe.
 */
public final class StreamNegotiator
    implements InternalProtocolNegotiator.ProtocolNegotiator, AutoCloseable {

  private final InternalProtocolNegotiator.ProtocolNegotiator grpc =
      InternalProtocolNegotiators.serverPlaintext();
  private final AppendService service;
  private final int maxFrameBytes;
  private final ChannelGroup streams = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ExecutorService snapshots =
      Executors.newCachedThreadPool(DaemonThreads.named("raft-snapshot-install"));

  /**
   * @param maxFrameBytes largest frame that a leader may send; checked before it is allocated
   */
  public StreamNegotiator(AppendService service, int maxFrameBytes) {
    this.service = service;
    this.maxFrameBytes = maxFrameBytes;
  }

  @Override
  public AsciiString scheme() {
    return grpc.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
    return new FirstBytes(grpc.newHandler(grpcHandler), this::newStream);
  }

  private ChannelHandler newStream() {
    return new FollowerStream(service, maxFrameBytes, snapshots, streams);
  }

  /** Ends all streams. */
  @Override
  public void close() {
    streams.close();
    snapshots.shutdown();
    grpc.close();
  }
}
