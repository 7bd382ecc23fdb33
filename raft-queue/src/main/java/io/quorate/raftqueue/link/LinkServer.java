package io.quorate.raftqueue.link;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the links that other nodes open. A link that falls silent is closed, so that a frozen node
 * is noticed.
 */
public final class LinkServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LinkServer.class);

  private final LinkIdentity identity;
  private final LinkListener listener;
  private final Set<InboundLink> links = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "quorate-link-watch");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param silenceMs a link on which nothing came for so long is closed; the other side says
   *     something every {@value PeerLink#PING_MS} ms
   */
  public LinkServer(LinkIdentity identity, LinkListener listener, long silenceMs) {
    this.identity = identity;
    this.listener = listener;
    watch.scheduleWithFixedDelay(
        () -> closeSilent(TimeUnit.MILLISECONDS.toNanos(silenceMs)),
        500,
        500,
        TimeUnit.MILLISECONDS);
  }

  /** To be offered on the Raft port. */
  public ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(LinkProtocol.SERVICE)
        .addMethod(
            LinkProtocol.CONNECT,
            ServerCalls.asyncBidiStreamingCall(out -> new InboundLink(this, out)))
        .build();
  }

  LinkIdentity identity() {
    return identity;
  }

  LinkListener listener() {
    return listener;
  }

  void opened(InboundLink link) {
    links.add(link);
    listener.inboundOpened(link);
  }

  void closed(InboundLink link) {
    if (links.remove(link)) {
      listener.inboundClosed(link);
    }
  }

  /** The links that are open now. */
  public Set<InboundLink> links() {
    return links;
  }

  private void closeSilent(long limitNanos) {
    for (InboundLink link : links) {
      if (link.silentNanos() > limitNanos) {
        LOG.info("node {} has been silent for too long: its link is closed", link.node());
        link.close(Status.DEADLINE_EXCEEDED.withDescription("nothing heard for too long"));
      }
    }
  }

  @Override
  public void close() {
    watch.shutdownNow();
    links.forEach(link -> link.close(Status.OK));
  }
}
