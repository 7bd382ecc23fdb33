package io.quorate.admin.server;

import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.api.QueueStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin services of one node, over gRPC without encryption or authentication. Every node
 * answers for the whole cluster. Thread-safe; no call blocks a thread while it waits for the store.
 */
public final class AdminServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

  /** Calls wait without a thread; these only compute pages and answers. */
  private static final int THREADS = 2;

  private static final long CLOSE_GRACE_MS = 2_000;

  private final Server server;
  private final int port;
  private final ExecutorService executor;

  private AdminServer(Server server, ExecutorService executor) {
    this.server = server;
    this.port = server.getPort();
    this.executor = executor;
  }

  /**
   * Listens and serves.
   *
   * @throws IOException if the address cannot be listened on; the message names it
   */
  public static AdminServer start(AdminConfig config, QueueStore store, ClusterStatus status)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    if (address.isUnresolved()) {
      throw new IOException("cannot resolve the admin host " + config.host());
    }
    warnIfOpen(address.getAddress());
    ExecutorService executor = Executors.newFixedThreadPool(THREADS, AdminServer::thread);
    Replies replies = new Replies(config, executor);
    GroupViews groups = new GroupViews(status, executor);
    List<ServerInterceptor> interceptors =
        List.of(new NodeTrailer(status.nodeId()), new CallLimit(config.maxConcurrentCalls()));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .executor(executor)
            .maxInboundMessageSize(config.maxRequestBytes())
            .maxConcurrentCallsPerConnection(config.maxConcurrentCalls());
    Stream.of(
            new ClusterServiceImpl(replies, groups, store, status),
            new ShardServiceImpl(replies, groups, status),
            new QueueServiceImpl(replies, groups, store, config, executor))
        .map(service -> ServerInterceptors.interceptForward(service, interceptors))
        .forEach(builder::addService);
    try {
      Server server = builder.build().start();
      LOG.info("admin API listens on {}:{}", config.host(), server.getPort());
      return new AdminServer(server, executor);
    } catch (IOException e) {
      executor.shutdownNow();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "cannot listen for admin calls on "
              + config.host()
              + ":"
              + config.port()
              + ": "
              + cause.getMessage(),
          e);
    }
  }

  /** The TCP port it listens on, or listened on before it was closed. */
  public int port() {
    return port;
  }

  /** Takes no more calls, lets those under way finish for up to 2 s, then ends them. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(CLOSE_GRACE_MS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow().awaitTermination(CLOSE_GRACE_MS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    executor.shutdown();
  }

  private static void warnIfOpen(InetAddress address) {
    if (!address.isLoopbackAddress()) {
      LOG.warn(
          "admin API on {}: it has no authentication, everyone who reaches it administers the"
              + " cluster",
          address.getHostAddress());
    }
  }

  private static final AtomicInteger THREAD_NUMBER = new AtomicInteger();

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "admin-" + THREAD_NUMBER.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
