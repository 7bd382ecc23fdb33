package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.rabbitmq.client.CancelCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.quorate.node.config.Configuration;
import io.quorate.node.lifecycle.ExitCode;
import io.quorate.node.lifecycle.StartException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One node in this process, used over its sockets. */
@Timeout(120)
class NodeTest {

  private static final int MESSAGES = 100;

  @TempDir Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> settings = new HashMap<>();
  private NodeAssembly node;

  @AfterEach
  void stop() {
    if (node != null) {
      node.close();
    }
  }

  @Test
  void confirmedMessagesAreDeliveredAndOutliveARestart() throws Exception {
    start();
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare("orders", true, false, false, Map.of());
      channel.confirmSelect();
      for (int i = 0; i < MESSAGES; i++) {
        channel.basicPublish(
            "", "orders", MessageProperties.PERSISTENT_BASIC, body("message " + i));
      }
      channel.waitForConfirmsOrDie(30_000);
    }
    node.close();
    start();

    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      channel.basicConsume(
          "orders",
          false,
          (tag, delivery) -> {
            channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
            received.add(new String(delivery.getBody(), StandardCharsets.UTF_8));
          },
          (CancelCallback) tag -> {});
      for (int i = 0; i < MESSAGES; i++) {
        assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo("message " + i);
      }
    }
  }

  @Test
  void healthAndMetricsTellOfTheNode() throws Exception {
    settings.put("metrics.interval", "100ms");
    start();
    assertThat(get("/health/live").body()).isEqualTo("live\n");
    HttpResponse<String> ready = get("/health/ready");
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body()).isEqualTo("ready\n");

    try (Connection connection = connect();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare("depth", true, false, false, Map.of());
      channel.confirmSelect();
      for (int i = 0; i < 3; i++) {
        channel.basicPublish("", "depth", null, body("x"));
      }
      channel.waitForConfirmsOrDie(30_000);
      assertThat(metricsWith("quorate_queue_ready{queue=\"depth\",vhost=\"/\"} 3.0"))
          .contains(
              "quorate_ready 1.0",
              "quorate_shard_role{role=\"leader\",shard=\"metadata\"} 1.0",
              "quorate_shard_role{role=\"follower\",shard=\"0\"} 0.0",
              "quorate_shard_leader{shard=\"0\"} 1.0",
              "quorate_shard_commit_index{shard=\"0\"}",
              "quorate_shard_applied_index{shard=\"0\"}",
              "quorate_shard_term{shard=\"0\"}",
              "quorate_node_reachable{peer=\"1\"} 1.0",
              "jvm_memory_used_bytes",
              "process_cpu_usage");
      assertThat(undocumented(get("/metrics").body())).isEmpty();
    }
  }

  @Test
  void nodeWithoutItsClusterSaysWhatIsMissingAndTakesNoClients() throws Exception {
    settings.put(
        "cluster.nodes", "1@127.0.0.1:%d,2@127.0.0.1:%d".formatted(freePort(), freePort()));
    settings.put("amqp.port", Integer.toString(freePort()));
    settings.put("http.port", Integer.toString(freePort()));
    CompletableFuture<ExitCode> stop = new CompletableFuture<>();
    Configuration configuration = configuration();
    CompletableFuture<Void> ended =
        CompletableFuture.runAsync(
            () -> {
              try (NodeAssembly started = NodeAssembly.start(configuration, stop)) {
                assertThat(started.amqpPort()).isZero();
              } catch (StartException e) {
                throw new AssertionError(e);
              }
            });
    int port = Integer.parseInt(settings.get("http.port"));
    HttpResponse<String> ready = awaitReadyPage(port, "the metadata group has no leader");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).contains("shard 0 has no leader").contains("node 2 at 127.0.0.1:");
    assertThat(catchThrowableOfType(ConnectException.class, () -> connect(settings).close()))
        .isNotNull();

    stop.complete(ExitCode.STOPPED);
    ended.get(30, TimeUnit.SECONDS);
  }

  @Test
  void takenPortIsToldAndNothingIsLeftBehind() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      settings.put("amqp.port", Integer.toString(taken.getLocalPort()));
      StartException failure = catchThrowableOfType(StartException.class, this::start);
      assertThat(failure.exitCode()).isEqualTo(ExitCode.PORT);
      assertThat(failure)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
    }
    settings.remove("amqp.port");
    start();
  }

  @Test
  void secondNodeOnTheSameDirectoryIsRefused() throws Exception {
    start();
    StartException failure =
        catchThrowableOfType(
            StartException.class,
            () -> NodeAssembly.start(configuration(), new CompletableFuture<>()));
    assertThat(failure.exitCode()).isEqualTo(ExitCode.DATA_DIRECTORY);
    assertThat(failure).hasMessageContaining("in use by process");
  }

  private void start() throws Exception {
    node = NodeAssembly.start(configuration(), new CompletableFuture<>());
  }

  private Configuration configuration() throws Exception {
    Map<String, String> all = new HashMap<>();
    all.put("data.dir", directory.resolve("data").toString());
    all.put("amqp.port", "0");
    all.put("admin.port", "0");
    all.put("http.port", "0");
    all.put("raft.election-timeout-min", "150ms");
    all.put("raft.election-timeout-max", "300ms");
    if (!settings.containsKey("cluster.nodes")) {
      all.put("raft.port", Integer.toString(raftPort()));
    }
    all.putAll(settings);
    return Configuration.load(null, Map.of(), all);
  }

  /** The same at each start of a test: a group remembers the addresses of its members. */
  private int raftPort() throws IOException {
    return Integer.parseInt(
        settings.computeIfAbsent("raft.port", name -> Integer.toString(freePort())));
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Connection connect() throws Exception {
    return connect(Map.of("amqp.port", Integer.toString(node.amqpPort())));
  }

  private static Connection connect(Map<String, String> where) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(Integer.parseInt(where.get("amqp.port")));
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return get(node.httpPort(), path);
  }

  private HttpResponse<String> get(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(10))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private String metricsWith(String line) throws Exception {
    String page = get("/metrics").body();
    while (!page.contains(line)) {
      Thread.onSpinWait();
      page = get("/metrics").body();
    }
    return page;
  }

  private HttpResponse<String> awaitReadyPage(int port, String text) throws Exception {
    while (true) {
      try {
        HttpResponse<String> page = get(port, "/health/ready");
        if (page.body().contains(text)) {
          return page;
        }
      } catch (ConnectException e) {
        Thread.onSpinWait();
      }
    }
  }

  /** Names that the page has and docs/metrics.md has not. */
  private static Set<String> undocumented(String page) throws IOException {
    String documented = Files.readString(Path.of("..", "docs", "metrics.md"));
    Set<String> names = new TreeSet<>();
    Matcher matcher = Pattern.compile("(?m)^# TYPE (quorate_\\w+) ").matcher(page);
    while (matcher.find()) {
      String name = matcher.group(1);
      boolean greatest = name.endsWith("_max"); // Micrometer adds one to every timer
      if (!greatest && !documented.contains("`" + name + "`")) {
        names.add(name);
      }
    }
    return names;
  }

  private static byte[] body(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
