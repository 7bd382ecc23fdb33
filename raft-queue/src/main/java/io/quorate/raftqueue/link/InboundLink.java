package io.quorate.raftqueue.link;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.FromShard;
import io.quorate.link.v1.Hello;
import io.quorate.link.v1.ToNode;
import io.quorate.raftqueue.shard.FrontendPort;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link that another node has opened: its frontends speak, this node's shards answer. Thread-safe.
 */
public final class InboundLink implements FrontendPort, StreamObserver<ToNode> {

  private static final Logger LOG = LoggerFactory.getLogger(InboundLink.class);

  private final LinkServer server;
  private final SendQueue<FromNode> queue;
  private volatile @Nullable Hello peer;
  private final LinkWatch watch;

  InboundLink(LinkServer server, ServerCallStreamObserver<FromNode> out) {
    this.server = server;
    this.watch = new LinkWatch(server.limits());
    this.queue =
        new SendQueue<>(
            out, server.limits().queueBytes(), () -> server.listener().inboundHasRoom(this));
    out.setOnReadyThreshold(SendQueue.READY_BYTES);
    out.setOnReadyHandler(queue::drain);
  }

  /** The other node's number. */
  public int node() {
    Hello hello = peer;
    return hello == null ? 0 : hello.getNode();
  }

  /** Why the link is of no use any more; null while it is. */
  @Nullable String fault() {
    return watch.fault(queue);
  }

  /** Bytes that wait to be sent. */
  public long queuedBytes() {
    return queue.waitingBytes();
  }

  @Override
  public boolean hasRoom() {
    return queue.hasRoom();
  }

  @Override
  public void send(FromShard message) {
    send(FromNode.newBuilder().setFromShard(message).build());
  }

  public void send(FromNode message) {
    boolean taken = true;
    try {
      taken = queue.send(message);
    } catch (RuntimeException e) {
      LOG.debug("link from node {}: not sent", node(), e); // the stream has ended; onError follows
    }
    if (!taken) {
      server.overflown(this);
    }
  }

  private void pong() {
    try {
      queue.sendFirst(FromNode.newBuilder().setPong(server.listener().alarms()).build());
    } catch (RuntimeException e) {
      LOG.debug("link from node {}: not sent", node(), e);
    }
  }

  @Override
  public void onNext(ToNode message) {
    if (peer == null && !message.hasHello()) {
      return; // whoever does not say who it is counts as silent
    }
    watch.heard();
    switch (message.getKindCase()) {
      case HELLO -> {
        if (peer == null) {
          introduce(message.getHello());
        }
      }
      case PING -> {
        server.listener().peerAlarms(node(), message.getPing());
        pong();
      }
      default -> server.listener().received(this, message);
    }
  }

  private void introduce(Hello hello) {
    String objection = server.identity().objection(hello);
    if (objection != null) {
      LOG.warn("node {} refused: {}", hello.getNode(), objection);
      close(Status.FAILED_PRECONDITION.withDescription(objection));
      return;
    }
    peer = hello;
    send(FromNode.newBuilder().setHello(server.identity().hello()).build());
    server.opened(this);
  }

  @Override
  public void onError(Throwable failure) {
    ended();
  }

  @Override
  public void onCompleted() {
    close(Status.OK);
  }

  /** Ends the link. */
  void close(Status status) {
    try {
      queue.close(status);
    } catch (RuntimeException e) {
      LOG.debug("link from node {}: already ended", node(), e);
    }
    ended();
  }

  private void ended() {
    queue.drop();
    server.closed(this);
  }
}
