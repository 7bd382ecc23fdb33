package io.quorate.raftqueue.link;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.ToNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientResponseObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;

/** A node that opens a link and reads the introduction only, unless it is told to. */
final class DeafClient extends DeafStream<FromNode>
    implements ClientResponseObserver<ToNode, FromNode>, AutoCloseable {
  private final CompletableFuture<ClientCallStreamObserver<ToNode>> out = new CompletableFuture<>();
  private final ManagedChannel channel;
  private final StreamObserver<ToNode> in;

  DeafClient(int port, ToNode... beforeHello) {
    this(
        port,
        Stream.concat(
                Stream.of(beforeHello),
                Stream.of(
                    ToNode.newBuilder().setHello(new LinkIdentity("c", 2, 1).hello()).build()))
            .toList());
  }

  /** One that does not introduce itself. */
  static DeafClient nameless(int port) {
    return new DeafClient(port, List.of());
  }

  private DeafClient(int port, List<ToNode> first) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .flowControlWindow(WINDOW)
            .build();
    in =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(LinkProtocol.CONNECT, CallOptions.DEFAULT), this);
    first.forEach(in::onNext);
  }

  void send(ToNode message) {
    in.onNext(message);
  }

  ClientCallStreamObserver<ToNode> out() {
    return out.join();
  }

  long nextReply() throws InterruptedException {
    return next(FromNode::hasFromShard).getFromShard().getReplies(0).getId();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ToNode> stream) {
    stream.disableAutoRequestWithInitial(1);
    out.complete(stream);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
