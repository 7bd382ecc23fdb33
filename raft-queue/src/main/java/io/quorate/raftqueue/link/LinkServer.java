package io.quorate.raftqueue.link;

import io.quorate.link.v1.FromNode;
import io.quorate.raftqueue.thread.DaemonThreads;
import io.quorate.raftqueue.thread.Periodic;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the links that other nodes open. A link that falls silent or takes nothing is closed, so
 * that a frozen node is noticed.
 */
public final class LinkServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LinkServer.class);

  private final LinkIdentity identity;
  private final LinkListener listener;
  private final LinkLimits limits;
  private final Set<InboundLink> links = ConcurrentHashMap.newKeySet();

  /** Streams whose other side has not said who it is. */
  private final Set<InboundLink> strangers = ConcurrentHashMap.newKeySet();

  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("quorate-link-watch"));

  /** The other side of a link says something every {@value PeerLink#PING_MS} ms. */
  public LinkServer(LinkIdentity identity, LinkListener listener, LinkLimits limits) {
    this.identity = identity;
    this.listener = listener;
    this.limits = limits;
    Periodic.every(watch, 500, "the watch of links", this::closeUseless);
  }

  /** To be offered on the Raft port. */
  public ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(LinkProtocol.SERVICE)
        .addMethod(
            LinkProtocol.CONNECT,
            ServerCalls.asyncBidiStreamingCall(
                out -> connected((ServerCallStreamObserver<FromNode>) out)))
        .build();
  }

  private InboundLink connected(ServerCallStreamObserver<FromNode> out) {
    InboundLink link = new InboundLink(this, out);
    strangers.add(link);
    return link;
  }

  LinkIdentity identity() {
    return identity;
  }

  LinkListener listener() {
    return listener;
  }

  LinkLimits limits() {
    return limits;
  }

  void opened(InboundLink link) {
    links.add(link);
    if (!strangers.remove(link)) { // closed a moment ago
      links.remove(link);
      return;
    }
    listener.inboundOpened(link);
  }

  void closed(InboundLink link) {
    boolean stranger = strangers.remove(link);
    if (links.remove(link) && !stranger) {
      listener.inboundClosed(link);
    }
  }

  /** The links that are open now. */
  public Set<InboundLink> links() {
    return links;
  }

  private void closeUseless() {
    closeUseless(links);
    closeUseless(strangers);
  }

  private static void closeUseless(Set<InboundLink> some) {
    for (InboundLink link : some) {
      String fault = link.fault();
      if (fault != null) {
        LOG.info("link from node {} is closed: {}", link.node(), fault);
        link.close(Status.DEADLINE_EXCEEDED.withDescription(fault));
      }
    }
  }

  /** More waits for a node than can; on a thread of its own, since the sender may hold locks. */
  void overflown(InboundLink link) {
    try {
      watch.execute(() -> closeOverflown(link));
    } catch (RejectedExecutionException e) {
      LOG.debug("the node stops", e);
    }
  }

  private void closeOverflown(InboundLink link) {
    if (links.contains(link)) {
      LOG.warn("too much waits to be sent to node {}: its link is closed", link.node());
      link.close(Status.RESOURCE_EXHAUSTED.withDescription("too much waits to be sent"));
    }
  }

  @Override
  public void close() {
    watch.shutdownNow();
    links.forEach(link -> link.close(Status.OK));
    strangers.forEach(link -> link.close(Status.OK));
  }
}
