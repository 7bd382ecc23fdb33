package io.quorate.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster on this machine, started through the launcher in a fresh directory on free ports.
 * Several may run at once. It is gone when it is closed or this process ends; if this process is
 * killed, the next one that starts a cluster clears up.
 */
public final class LocalCluster implements AutoCloseable {

  private static final Duration READY_LIMIT = Duration.ofSeconds(90);
  private static final Set<LocalCluster> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> OPEN.forEach(cluster -> Leftovers.remove(cluster.directory)),
                "clusters-down"));
    Leftovers.sweep();
  }

  private final ClusterOptions options;
  private final Path directory;
  private final Launcher launcher;
  private final NodeLogs logs;
  private Ports ports;

  private LocalCluster(ClusterOptions options, Path directory, Ports ports) {
    this.options = options;
    this.directory = directory;
    this.ports = ports;
    Path data = directory.resolve("data");
    this.launcher = new Launcher(data, options.environment());
    this.logs = new NodeLogs(data, options.nodes());
  }

  /** Starts a cluster and returns when all its nodes are ready. */
  public static LocalCluster start(ClusterOptions options) {
    LocalCluster cluster = prepare(options);
    try {
      cluster.up();
      return cluster;
    } catch (RuntimeException | Error e) {
      cluster.keepLogs("start");
      cluster.close();
      throw e;
    }
  }

  /** A cluster that has a directory and ports, but was never started. */
  public static LocalCluster prepare(ClusterOptions options) {
    try {
      LocalCluster cluster =
          new LocalCluster(
              options, Leftovers.createDirectory(options.name()), Ports.findFree(options.nodes()));
      OPEN.add(cluster);
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts all nodes of a cluster that was only prepared, and returns when they are ready. */
  public void up() {
    for (int attempt = 1; ; attempt++) {
      Command.Result result =
          launcher.run(
              "up",
              "--nodes",
              "" + options.nodes(),
              "--port-offset",
              "" + ports.offset(),
              "--timeout",
              "120");
      if (result.exitCode() == 0) {
        return;
      }
      // Between the look and the start another process may have taken a port.
      if (attempt == 3 || !result.output().contains("ports are in use")) {
        throw new AssertionError("the cluster did not start\n" + result.output());
      }
      ports = Ports.findFree(options.nodes());
    }
  }

  /** The numbers of its nodes, from 1. */
  public List<Integer> nodes() {
    return IntStream.rangeClosed(1, options.nodes()).boxed().toList();
  }

  /** The other nodes. */
  public List<Integer> nodesExcept(int node) {
    return nodes().stream().filter(other -> other != node).toList();
  }

  public Ports ports() {
    return ports;
  }

  public Launcher launcher() {
    return launcher;
  }

  public NodeLogs logs() {
    return logs;
  }

  /** The directory that the launcher was given. */
  public Path data() {
    return launcher.data();
  }

  /** Where an AMQP client connects to. */
  public String amqpUri(int node) {
    return "amqp://guest:guest@127.0.0.1:" + ports.amqp(node) + "/%2f";
  }

  /** The command line, asking the nodes given, or all. */
  public Admin admin(Integer... asked) {
    List<Integer> list = asked.length == 0 ? nodes() : List.of(asked);
    return new Admin(
        data().resolve("dist/bin/quorate"),
        list.stream()
            .map(node -> "127.0.0.1:" + ports.admin(node))
            .collect(Collectors.joining(",")));
  }

  /** The node that leads a queue's shard; waits for one. */
  public int leaderOf(String queue) {
    return leaderOf(queue, Duration.ofSeconds(30));
  }

  /**
   * As {@link #leaderOf(String)}, within {@code limit} and as certain nodes say.
   *
   * @param asked none for all
   */
  public int leaderOf(String queue, Duration limit, Integer... asked) {
    int[] leader = new int[1];
    Await.until(
        "a leader of " + queue,
        limit,
        () -> {
          OptionalInt found = admin(asked).queue(queue).leader();
          leader[0] = found.orElse(0);
          return found.isPresent();
        });
    return leader[0];
  }

  /** Ends nodes with SIGKILL, all at once. */
  public void kill(Integer... nodes) {
    signal("kill", nodes);
  }

  /** Ends nodes in good order. */
  public void stop(Integer... nodes) {
    signal("down", nodes);
  }

  /** Freezes nodes with SIGSTOP. */
  public void pause(Integer... nodes) {
    signal("pause", nodes);
  }

  /** Lets frozen nodes go on with SIGCONT. */
  public void resume(Integer... nodes) {
    signal("resume", nodes);
  }

  /** Starts nodes that are not running; they need not be ready on return. */
  public void start(Integer... nodes) {
    signal("start", nodes);
  }

  private void signal(String command, Integer... nodes) {
    String[] numbers = new String[nodes.length];
    for (int i = 0; i < nodes.length; i++) {
      numbers[i] = nodes[i].toString();
    }
    launcher.runSuccessfully(command, numbers);
  }

  /** True if the node's process is there, frozen or not. */
  public boolean isRunning(int node) {
    return Leftovers.isRunning(data().resolve("node-" + node).resolve("pid"), directory);
  }

  /** The process id of a node that runs, frozen or not. */
  public long pid(int node) {
    return Leftovers.pid(data().resolve("node-" + node).resolve("pid"), directory);
  }

  /** True if the node answers that clients may connect to it. */
  public boolean isReady(int node) {
    return httpStatus(node, "/health/ready") == 200;
  }

  /** True if the node answers that it runs. */
  public boolean isAlive(int node) {
    return httpStatus(node, "/health/live") == 200;
  }

  private int httpStatus(int node, String path) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + ports.http(node) + path).toURL().openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(2000);
      try {
        return connection.getResponseCode();
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return -1;
    }
  }

  /** Waits until all nodes are ready. */
  public void awaitReady() {
    for (int node : nodes()) {
      Await.until(
          "node " + node + " of " + options.name() + " is ready",
          READY_LIMIT,
          () -> isReady(node),
          () -> launcher.run("status").output());
    }
  }

  /**
   * Starts what a test left killed, resumes what it left frozen, and waits until all nodes are
   * ready.
   */
  public void heal() {
    Integer[] all = nodes().toArray(Integer[]::new);
    signal("resume", all);
    signal("start", all);
    awaitReady();
  }

  /** Copies the nodes' logs to {@code target/e2e-logs}. */
  public Path keepLogs(String test) {
    Path kept = Repository.module().resolve("target/e2e-logs").resolve(options.name() + "-" + test);
    logs.copyTo(kept);
    return kept;
  }

  /** Ends the nodes and deletes everything. */
  @Override
  public void close() {
    OPEN.remove(this);
    Leftovers.remove(directory);
  }
}
