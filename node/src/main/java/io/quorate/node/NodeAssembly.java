package io.quorate.node;

import io.quorate.admin.server.AdminServer;
import io.quorate.amqp.netty.AmqpServer;
import io.quorate.node.config.Configuration;
import io.quorate.node.config.Settings;
import io.quorate.node.http.HttpServer;
import io.quorate.node.lifecycle.DataDirectory;
import io.quorate.node.lifecycle.ExitCode;
import io.quorate.node.lifecycle.Health;
import io.quorate.node.lifecycle.LeadershipHandover;
import io.quorate.node.lifecycle.PortCheck;
import io.quorate.node.lifecycle.StartException;
import io.quorate.node.metrics.NodeMetrics;
import io.quorate.node.metrics.QueueMetrics;
import io.quorate.node.metrics.ShardMetrics;
import io.quorate.raftqueue.store.ReplicatedStore;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a running node. They start in this order and stop in the opposite one: lock of the
 * data directory, metrics and HTTP, store, admin API, and, when the store is ready, AMQP. So a node
 * can be asked how it is from its first moment to its last, clients find the port open only when
 * they can be served, and on a stop they are drained while the store still works.
 *
 * <p>Used by one thread.
 */
final class NodeAssembly implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("Node");
  private static final Duration HANDOVER_TIMEOUT = Duration.ofSeconds(3);

  /** A part that has been started, and how to stop it. */
  private record Part(String name, AutoCloseable stop) {}

  private final Configuration settings;
  private final CompletableFuture<ExitCode> stop;
  private final Deque<Part> parts = new ArrayDeque<>();
  private final Health health = new Health();
  private int amqpPort;
  private int httpPort;
  private int adminPort;

  private NodeAssembly(Configuration settings, CompletableFuture<ExitCode> stop) {
    this.settings = settings;
    this.stop = stop;
  }

  /**
   * Starts a node; returns when it serves, or when {@code stop} is completed.
   *
   * @param stop the end of the node; completed with {@link ExitCode#DISK} when its disk fails
   */
  static NodeAssembly start(Configuration settings, CompletableFuture<ExitCode> stop)
      throws StartException {
    NodeAssembly node = new NodeAssembly(settings, stop);
    boolean started = false;
    try {
      node.startParts();
      started = true;
      return node;
    } catch (IOException e) {
      throw node.explain(e);
    } finally {
      if (!started) {
        node.close();
      }
    }
  }

  private void startParts() throws StartException, IOException {
    String host = settings.get(Settings.BIND_HOST);
    DataDirectory data =
        DataDirectory.open(
            settings.get(Settings.DATA_DIR),
            settings.get(Settings.CLUSTER_NAME),
            settings.get(Settings.NODE_ID));
    started("data directory", data);
    new PortCheck()
        .add("cluster.nodes", host, settings.thisNode().raftPort())
        .add("amqp.port", settings.amqpHost(), settings.get(Settings.AMQP_PORT))
        .add("admin.port", host, settings.get(Settings.ADMIN_PORT))
        .add("http.port", host, settings.get(Settings.HTTP_PORT))
        .run();

    NodeMetrics metrics =
        new NodeMetrics(Version.text(), settings.get(Settings.NODE_ID), health::isReady);
    started("metrics", metrics);
    startHttp(host, metrics);

    ReplicatedStore store =
        ReplicatedStore.open(NodeConfigs.store(settings, data.path()), metrics.registry());
    started("store", store);
    store.failed().whenComplete((nothing, failure) -> onStoreFailed(failure));
    health.storeOpened(store::ready, store.status());
    ShardMetrics shardMetrics = new ShardMetrics(store.status(), metrics.registry());
    metrics.beforeScrape(shardMetrics::refresh);
    started("queue metrics", queueMetrics(store, metrics));
    started("leaderships", () -> LeadershipHandover.run(store.status(), HANDOVER_TIMEOUT));

    AdminServer admin =
        AdminServer.start(NodeConfigs.admin(settings), store.queues(), store.status());
    started("admin API", admin);
    adminPort = admin.port();

    if (new StoreReadiness(store, health, settings).await(stop)) {
      AmqpServer amqp =
          AmqpServer.start(NodeConfigs.frontend(settings), store.queues(), metrics.registry());
      started("AMQP", amqp);
      amqpPort = amqp.port();
      health.serving();
      LOG.info(
          "node {} of cluster '{}' is ready: AMQP {}:{}, admin {}:{}, HTTP {}:{}",
          settings.get(Settings.NODE_ID),
          settings.get(Settings.CLUSTER_NAME),
          settings.amqpHost(),
          amqpPort,
          host,
          adminPort,
          host,
          httpPort);
    }
  }

  private void startHttp(String host, NodeMetrics metrics) throws IOException {
    HttpServer http =
        HttpServer.start(
            host,
            settings.get(Settings.HTTP_PORT),
            settings.get(Settings.HTTP_MAX_CONNECTIONS),
            Map.of(
                "/metrics", metrics::page,
                "/health/live", health::livePage,
                "/health/ready", health::readyPage));
    started("HTTP", http);
    httpPort = http.port();
  }

  private QueueMetrics queueMetrics(ReplicatedStore store, NodeMetrics metrics) {
    return new QueueMetrics(
        store.queues(),
        store.status(),
        metrics.registry(),
        settings.get(Settings.METRICS_QUEUES),
        settings.get(Settings.METRICS_INTERVAL));
  }

  private void onStoreFailed(Throwable failure) {
    if (failure != null && !stop.isDone()) {
      LOG.error(
          "the store in {} can no longer be used: {}; this node stops, start it again when that is"
              + " mended",
          settings.get(Settings.DATA_DIR),
          failure.getMessage());
      stop.complete(ExitCode.DISK);
    }
  }

  private StartException explain(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return new StartException(ExitCode.PORT, String.valueOf(failure.getMessage()));
      }
    }
    return new StartException(
        ExitCode.DATA_DIRECTORY,
        "data.dir %s cannot be used: %s".formatted(settings.get(Settings.DATA_DIR), failure));
  }

  private void started(String name, AutoCloseable part) {
    parts.push(new Part(name, part));
  }

  /** The port that AMQP clients connect to; 0 as long as the node does not serve. */
  int amqpPort() {
    return amqpPort;
  }

  int httpPort() {
    return httpPort;
  }

  int adminPort() {
    return adminPort;
  }

  /** Stops all parts, the last started first; a part that fails does not keep the others. */
  @Override
  public void close() {
    health.stopping();
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.stop.close();
        LOG.debug("stopped: {}", part.name);
      } catch (Exception e) {
        LOG.warn("{} did not stop in order: {}", part.name, e.toString());
      }
    }
  }
}
