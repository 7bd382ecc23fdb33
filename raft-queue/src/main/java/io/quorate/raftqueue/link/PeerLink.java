package io.quorate.raftqueue.link;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.ToNode;
import io.quorate.raftqueue.thread.DaemonThreads;
import io.quorate.raftqueue.thread.Periodic;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's link to another one: opened, kept alive, and opened again when it breaks. Whatever
 * must keep its order is sent from one thread, the sender; the rest by whoever has it.
 */
public final class PeerLink implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

  /** How often something is said on an idle link. */
  static final int PING_MS = 400;

  private static final int RECONNECT_MS = 100;
  private static final int RECONNECT_MAX_MS = 1_000;

  private final int node;
  private final LinkIdentity identity;
  private final LinkListener listener;
  private final LinkLimits limits;
  private final ManagedChannel channel;
  private final ScheduledExecutorService sender;

  // Set by the sender thread only.
  private volatile @Nullable Stream stream;

  // Sender thread only.
  private int backoffMs = RECONNECT_MS;
  private boolean reconnecting;
  private volatile boolean closed;
  private volatile boolean up;

  public PeerLink(
      int node,
      String host,
      int port,
      LinkIdentity identity,
      LinkListener listener,
      LinkLimits limits) {
    this.node = node;
    this.identity = identity;
    this.listener = listener;
    this.limits = limits;
    this.channel =
        NettyChannelBuilder.forAddress(host, port)
            .usePlaintext()
            .directExecutor()
            .maxInboundMessageSize(LinkProtocol.MAX_MESSAGE_BYTES)
            .build();
    this.sender =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("quorate-link-" + node));
  }

  public void start() {
    execute(this::connect);
    Periodic.every(sender, PING_MS, "the watch of the link to node " + node, this::keepAlive);
  }

  public int node() {
    return node;
  }

  public boolean isUp() {
    return up;
  }

  /** Runs a task on the sender's thread. */
  public void execute(Runnable task) {
    try {
      sender.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException e) {
              LOG.error("link to node {}: a task failed; this is a defect", node, e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("link to node {} is closed", node);
    }
  }

  /**
   * Sends a message if the link is up, else drops it. Does not block: who can wait asks {@link
   * #takesMore} first.
   */
  public void send(ToNode message) {
    Stream current = stream;
    if (current != null) {
      current.send(message);
    }
  }

  /**
   * Whether a message sent now need not wait behind too many others; if not, {@code resume} is run
   * on the sender's thread when that has changed, unless the link breaks before.
   */
  public boolean takesMore(Runnable resume) {
    Stream current = stream;
    return current == null || current.queue().hasRoomOr(() -> execute(resume));
  }

  /** Bytes that wait to be sent. */
  public long queuedBytes() {
    Stream current = stream;
    return current == null ? 0 : current.queue().waitingBytes();
  }

  private void connect() {
    reconnecting = false;
    if (closed || stream != null) {
      return;
    }
    try {
      open();
    } catch (RuntimeException e) {
      LOG.warn("link to node {} cannot be opened, tried again: {}", node, e.toString());
      connectLater();
    }
  }

  private void open() {
    channel.resetConnectBackoff();
    Stream fresh = new Stream();
    ClientCalls.asyncBidiStreamingCall(
        channel.newCall(
            LinkProtocol.CONNECT, CallOptions.DEFAULT.withOnReadyThreshold(SendQueue.READY_BYTES)),
        fresh);
    stream = fresh;
    fresh.send(ToNode.newBuilder().setHello(identity.hello()).build());
  }

  private void connectLater() {
    if (!closed && !reconnecting) {
      reconnecting = true;
      sender.schedule(this::connect, backoffMs, TimeUnit.MILLISECONDS);
      backoffMs = Math.min(backoffMs * 2, RECONNECT_MAX_MS);
    }
  }

  private void keepAlive() {
    Stream current = stream;
    if (current == null) {
      return;
    }
    String fault = current.watch.fault(current.queue());
    if (fault != null) {
      current.fail(fault);
    } else if (up) { // a ping goes before all that waits, and the introduction has to be the first
      current.ping();
    }
  }

  /** A stream has ended; the next is tried after a pause. */
  private void ended(Stream old, String reason) {
    if (stream != old) {
      return;
    }
    stream = null;
    if (up) {
      up = false;
      LOG.info("link to node {} is down: {}", node, reason);
      listener.outboundClosed(this);
    }
    connectLater();
  }

  private void opened(Stream current) {
    if (stream == current && !up) {
      up = true;
      backoffMs = RECONNECT_MS;
      LOG.info("link to node {} is up", node);
      listener.outboundOpened(this);
    }
  }

  @Override
  public void close() {
    closed = true;
    execute(
        () -> {
          Stream current = stream;
          if (current != null) {
            current.complete();
          }
        });
    sender.shutdown();
    try {
      if (!sender.awaitTermination(1, TimeUnit.SECONDS)) {
        sender.shutdownNow();
      }
      channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One gRPC stream; what comes is handed on in its order. */
  private final class Stream implements ClientResponseObserver<ToNode, FromNode> {
    private @Nullable SendQueue<ToNode> sendQueue;
    private final LinkWatch watch = new LinkWatch(limits);
    private volatile boolean dead;

    @Override
    public void beforeStart(ClientCallStreamObserver<ToNode> out) {
      SendQueue<ToNode> queue = new SendQueue<>(out, limits.queueBytes(), () -> {});
      out.setOnReadyHandler(queue::drain);
      sendQueue = queue;
    }

    /** There from the start of the call on. */
    private SendQueue<ToNode> queue() {
      return Objects.requireNonNull(sendQueue);
    }

    void send(ToNode message) {
      attempt(
          () -> {
            if (!queue().send(message)) {
              execute(() -> fail("too much waits to be sent"));
            }
          });
    }

    void ping() {
      attempt(() -> queue().sendFirst(ToNode.newBuilder().setPing(listener.alarms()).build()));
    }

    private void attempt(Runnable sending) {
      if (!dead) {
        try {
          sending.run();
        } catch (RuntimeException e) {
          execute(() -> fail("cannot send"));
        }
      }
    }

    void complete() {
      attempt(() -> queue().close(Status.OK));
    }

    void fail(String reason) {
      dead = true;
      queue().close(Status.CANCELLED.withDescription(reason));
      ended(this, reason);
    }

    @Override
    public void onNext(FromNode message) {
      watch.heard();
      if (dead) {
        return;
      }
      switch (message.getKindCase()) {
        case HELLO -> execute(() -> opened(this));
        case PONG -> listener.peerAlarms(node, message.getPong());
        default -> listener.received(PeerLink.this, message);
      }
    }

    @Override
    public void onError(Throwable failure) {
      over(Status.fromThrowable(failure).getCode().name());
    }

    @Override
    public void onCompleted() {
      over("closed by the other side");
    }

    private void over(String reason) {
      dead = true;
      queue().drop();
      execute(() -> ended(this, reason));
    }
  }
}
