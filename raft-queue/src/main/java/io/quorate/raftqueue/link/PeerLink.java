package io.quorate.raftqueue.link;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.ToNode;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
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
  private final long silenceNanos;
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
      long silenceMs) {
    this.node = node;
    this.identity = identity;
    this.listener = listener;
    this.silenceNanos = TimeUnit.MILLISECONDS.toNanos(silenceMs);
    this.channel =
        NettyChannelBuilder.forAddress(host, port)
            .usePlaintext()
            .directExecutor()
            .maxInboundMessageSize(LinkProtocol.MAX_MESSAGE_BYTES)
            .build();
    this.sender =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "quorate-link-" + node);
              thread.setDaemon(true);
              return thread;
            });
  }

  public void start() {
    execute(this::connect);
    sender.scheduleWithFixedDelay(this::keepAlive, PING_MS, PING_MS, TimeUnit.MILLISECONDS);
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

  /** Sends a message if the link is up, else drops it. Does not block. */
  public void send(ToNode message) {
    Stream current = stream;
    if (current != null) {
      current.send(message);
    }
  }

  private void connect() {
    reconnecting = false;
    if (closed || stream != null) {
      return;
    }
    channel.resetConnectBackoff();
    Stream fresh = new Stream();
    stream = fresh;
    fresh.open();
  }

  private void keepAlive() {
    Stream current = stream;
    if (current == null) {
      return;
    }
    if (System.nanoTime() - current.lastHeardNanos > silenceNanos) {
      current.fail("nothing heard for too long");
    } else {
      send(ToNode.newBuilder().setPing(listener.alarms()).build());
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
    if (!closed && !reconnecting) {
      reconnecting = true;
      sender.schedule(this::connect, backoffMs, TimeUnit.MILLISECONDS);
      backoffMs = Math.min(backoffMs * 2, RECONNECT_MAX_MS);
    }
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
  private final class Stream implements StreamObserver<FromNode> {
    private @Nullable StreamObserver<ToNode> out;
    private volatile long lastHeardNanos = System.nanoTime();
    private volatile boolean dead;

    synchronized void open() {
      out =
          ClientCalls.asyncBidiStreamingCall(
              channel.newCall(LinkProtocol.CONNECT, CallOptions.DEFAULT), this);
      send(ToNode.newBuilder().setHello(identity.hello()).build());
    }

    synchronized void send(ToNode message) {
      StreamObserver<ToNode> current = out;
      if (current != null && !dead) {
        try {
          current.onNext(message);
        } catch (RuntimeException e) {
          execute(() -> fail("cannot send"));
        }
      }
    }

    synchronized void complete() {
      StreamObserver<ToNode> current = out;
      if (current != null && !dead) {
        current.onCompleted();
      }
    }

    void fail(String reason) {
      dead = true;
      cancel(reason);
      ended(this, reason);
    }

    private synchronized void cancel(String reason) {
      StreamObserver<ToNode> current = out;
      if (current != null) {
        current.onError(
            org.apache.ratis.thirdparty.io.grpc.Status.CANCELLED
                .withDescription(reason)
                .asRuntimeException());
      }
    }

    @Override
    public void onNext(FromNode message) {
      lastHeardNanos = System.nanoTime();
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
      dead = true;
      String reason =
          org.apache.ratis.thirdparty.io.grpc.Status.fromThrowable(failure).getCode().name();
      execute(() -> ended(this, reason));
    }

    @Override
    public void onCompleted() {
      dead = true;
      execute(() -> ended(this, "closed by the other side"));
    }
  }
}
