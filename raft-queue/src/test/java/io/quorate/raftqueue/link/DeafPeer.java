package io.quorate.raftqueue.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.ToNode;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.Server;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;

/** A node that introduces itself on each stream and reads nothing unless it is told to. */
final class DeafPeer implements AutoCloseable {
  private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
  private final Server server;

  DeafPeer() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .flowControlWindow(DeafStream.WINDOW)
            .addService(
                ServerServiceDefinition.builder(LinkProtocol.SERVICE)
                    .addMethod(
                        LinkProtocol.CONNECT,
                        ServerCalls.asyncBidiStreamingCall(
                            out -> open((ServerCallStreamObserver<FromNode>) out)))
                    .build())
            .build()
            .start();
  }

  private Stream open(ServerCallStreamObserver<FromNode> out) {
    Stream stream = new Stream(out);
    streams.add(stream);
    return stream;
  }

  int port() {
    return server.getPort();
  }

  Stream take() throws InterruptedException {
    Stream stream = streams.poll(30, TimeUnit.SECONDS);
    assertThat(stream).isNotNull();
    return stream;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  static final class Stream extends DeafStream<ToNode> {
    final ServerCallStreamObserver<FromNode> out;

    private Stream(ServerCallStreamObserver<FromNode> out) {
      this.out = out;
      out.disableAutoRequest();
      out.onNext(FromNode.newBuilder().setHello(new LinkIdentity("c", 2, 1).hello()).build());
    }

    long nextOperation() throws InterruptedException {
      return next(ToNode::hasToShard).getToShard().getWork().getOperations(0).getSequence();
    }
  }
}
