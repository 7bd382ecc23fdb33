package io.quorate.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.admin.TestCluster.Result;
import io.quorate.admin.cli.Quorate;
import io.quorate.raftqueue.api.QueueRef;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuorateTest {

  private TestCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new TestCluster();
    QueueRef orders = cluster.state.declare("/", "orders", 1);
    cluster.state.declare("/", "mail", 0);
    cluster.state.addVhost("shop");
    cluster.state.declare("shop", "orders.paid", 2);
    for (int i = 0; i < 12; i++) {
      cluster.state.publish(orders, "body");
    }
    cluster.state.store(1).get(orders, false).join();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void clusterStatus() {
    Result result = cluster.quorate("cluster", "status");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .isEqualTo(
            """
            Health:  ok
            Shards:  3 of 3 available
            Queues:  3
            Seen by: node 1, version VERSION

            NODE  ADDRESS         STATE  LEADS
               1  127.0.0.1:6671  up     0
               2  127.0.0.1:6672  up     1
               3  127.0.0.1:6673  up     metadata, 2
            """
                .replace("VERSION", BuildInfo.version()));
  }

  @Test
  void clusterStatusNamesWhatANodeIsLowOn() {
    cluster.state.isShortOf(2, "memory", "disk");
    assertThat(cluster.quorate("cluster", "status").out())
        .startsWith(
            """
            Health:  degraded
                     - node 2 is low on memory and disk: publishers of the whole cluster wait
            Shards:  3 of 3 available
            """);
  }

  @Test
  void shardList() {
    cluster.state.stop(2);
    assertThat(cluster.quorate("shard", "list").out())
        .isEqualTo(
            """
               SHARD  LEADER  TERM  COMMIT  REPLICAS
            metadata       3     1      10  1:10  2:down  3:10
                   0       1     1      10  1:10  2:down  3:10
                   1    none     1      22  1:22  2:down  3:22
                   2       3     1      10  1:10  2:down  3:10
            """);
  }

  @Test
  void transferLeader() {
    Result moved = cluster.quorate("shard", "transfer-leader", "0", "2");
    assertThat(moved).isEqualTo(new Result(0, "node 2 leads shard 0 now (before: node 1)\n", ""));
    Result again = cluster.quorate("shard", "transfer-leader", "0", "2");
    assertThat(again).isEqualTo(new Result(0, "node 2 leads shard 0 already\n", ""));
    Result metadata = cluster.quorate("shard", "transfer-leader", "metadata", "1");
    assertThat(metadata.out()).isEqualTo("node 1 leads the metadata group now (before: node 3)\n");
  }

  @Test
  void refusalsAreOneLineAndExitCode1() {
    assertThat(cluster.quorate("shard", "transfer-leader", "7", "2"))
        .isEqualTo(
            new Result(
                1,
                "",
                "quorate: shard 7 does not exist; the shards are 0, 1, 2, and -1 is the metadata"
                    + " group\n"));
    Result missing = cluster.quorate("queue", "show", "ord\u001b[2Jers");
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).startsWith("quorate: queue 'ord\\u001b[2Jers' does not exist");
    assertThat(missing.err().lines()).hasSize(1);
  }

  @Test
  void queueList() {
    assertThat(cluster.quorate("queue", "list").out())
        .isEqualTo(
            """
            VHOST  NAME         READY  UNACKED  CONSUMERS  BYTES  SHARD  LEADER
            /      mail             0        0          0      0      0       1
            /      orders          11        1          0    852      1       2
            shop   orders.paid      0        0          0      0      2       3
            """);
    assertThat(cluster.quorate("queue", "list", "--match", "orders*", "--vhost", "shop").out())
        .contains("orders.paid")
        .doesNotContain("mail")
        .hasLineCount(2);
  }

  @Test
  void queueListWithALeaderDownShowsDashes() {
    cluster.state.stop(2);
    Result result = cluster.quorateAt(1, "queue", "list", "--match", "orders");
    assertThat(result.code()).isZero();
    assertThat(result.out().lines().skip(1))
        .containsExactly("/      orders      -        -          -      -      1    none");
  }

  @Test
  void queueListAsJsonGathersAllPages() {
    for (int i = 0; i < 2500; i++) {
      cluster.state.declare("/", "many-" + i, i % 3);
    }
    JsonObject all = json(cluster.quorate("queue", "list", "--output", "json"));
    assertThat(all.getAsJsonArray("queues")).hasSize(2503);
    assertThat(all.get("truncated").getAsBoolean()).isFalse();

    Result some = cluster.quorate("queue", "list", "--output=json", "--limit", "1200");
    assertThat(json(some).getAsJsonArray("queues")).hasSize(1200);
    assertThat(json(some).get("truncated").getAsBoolean()).isTrue();
    assertThat(some.err()).contains("raise --limit");
  }

  @Test
  void queueShow() {
    assertThat(cluster.quorate("queue", "show", "orders").out())
        .isEqualTo(
            """
            Queue:     orders
            Vhost:     /
            Kind:      replicated, durable
            Ready:     11
            Unacked:   1
            Consumers: 0
            Bytes:     852
            Shard:     1
            Leader:    node 2

            NODE  ROLE      TERM  COMMIT  APPLIED
               1  follower     1      22       22
               2  leader       1      22       22
               3  follower     1      22       22
            """);
    assertThat(cluster.quorate("queue", "show", "orders.paid", "--vhost", "shop").code()).isZero();
  }

  @Test
  void jsonHasEveryFieldAndNumbersAreNumbers() {
    cluster.state.freeze(3);
    JsonObject answer = json(cluster.quorateAt(1, "--output", "json", "queue", "show", "orders"));
    assertThat(answer.get("queue").toString())
        .isEqualTo(
            "{\"vhost\":\"/\",\"name\":\"orders\",\"id\":1,\"durable\":true,\"exclusive\":false,"
                + "\"auto_delete\":false,\"replicated\":true,\"shard\":1,\"leader\":2,"
                + "\"stats\":{\"ready\":11,\"unacked\":1,\"consumers\":0,\"bytes\":852},"
                + "\"stats_error\":\"\"}");
    assertThat(answer.getAsJsonArray("replicas").get(1).toString())
        .isEqualTo(
            "{\"node\":2,\"reachable\":true,\"role\":\"leader\",\"term\":1,\"commit_index\":22,"
                + "\"applied_index\":22}");
    assertThat(answer.getAsJsonArray("replicas").get(2).toString())
        .isEqualTo(
            "{\"node\":3,\"reachable\":false,\"role\":\"unspecified\",\"term\":null,"
                + "\"commit_index\":null,\"applied_index\":null}");
    assertThat(json(cluster.quorate("cluster", "status", "--output", "json")).get("health"))
        .hasToString("\"degraded\"");
  }

  @Test
  void asksTheNextNodeWhenOneIsDown() {
    cluster.servers.get(0).close();
    Result result = cluster.quorate("cluster", "status");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("Seen by: node 2");
  }

  @Test
  void asksTheNextNodeWhenOneAcceptsAndNeverAnswers() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Result result =
          TestCluster.run(
              Map.of(),
              "--timeout=2s",
              "--endpoint=127.0.0.1:" + mute.getLocalPort() + "," + cluster.endpoints(),
              "queue",
              "list");
      assertThat(result.err()).isEmpty();
      assertThat(result.code()).isZero();
    }
  }

  @Test
  void unreachableIsExitCode3AndNamesEveryEndpoint() {
    String endpoints = cluster.endpoints();
    cluster.close();
    Result result =
        TestCluster.run(Map.of(Quorate.ENVIRONMENT_VARIABLE, endpoints), "cluster", "status");
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("quorate: no node answered: ").hasLineCount(1);
    for (String endpoint : endpoints.split(",")) {
      assertThat(result.err()).contains(endpoint);
    }
    assertThat(result.err()).containsIgnoringCase("connection refused");
  }

  @Test
  void wrongUsageIsExitCode2AndSaysWhatWouldBeRight() {
    assertUsage("no command given; the commands are cluster, shard and queue");
    assertUsage("no command given", "queue");
    assertUsage("'lst'", "queue", "lst");
    assertUsage("Missing required parameters: 'SHARD', 'NODE'", "shard", "transfer-leader");
    assertUsage("'x' is no shard; write its number", "shard", "transfer-leader", "x", "1");
    assertUsage("'yaml'", "cluster", "status", "--output", "yaml");
    assertUsage("'soon' is no time", "cluster", "status", "--timeout", "soon");
    assertUsage(
        "'localhost' is no endpoint; write host:port", "--endpoint=localhost", "shard", "list");
    assertUsage("--limit is 0; it must be 1 to", "queue", "list", "--limit", "0");
    Result environment =
        TestCluster.run(Map.of(Quorate.ENVIRONMENT_VARIABLE, "x:99999"), "shard", "list");
    assertThat(environment.code()).isEqualTo(2);
    assertThat(environment.err()).startsWith("quorate: QUORATE_ADMIN: 'x:99999'");
  }

  private void assertUsage(String text, String... args) {
    Result result = cluster.quorate(args);
    assertThat(result.code()).as(String.join(" ", args)).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("quorate: ").contains(text).contains("--help");
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void helpAndVersion() {
    Result help = TestCluster.run(Map.of(), "--help");
    assertThat(help.code()).isZero();
    assertThat(help.out()).contains("Examples:", "Exit codes:", "QUORATE_ADMIN", "--endpoint");
    Result nested = TestCluster.run(Map.of(), "shard", "transfer-leader", "--help");
    assertThat(nested.code()).isZero();
    assertThat(nested.out()).contains("quorate shard transfer-leader metadata 3", "--timeout");
    Result version = TestCluster.run(Map.of(), "--version");
    assertThat(version.out()).isEqualTo("quorate " + BuildInfo.version() + "\n");
  }

  /**
   * As a user starts it: a process of its own, whose streams hold nothing but what is documented.
   */
  @Test
  void asAProcess() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Quorate.class.getName(),
            "shard",
            "transfer-leader",
            "0",
            "3");
    builder.environment().put(Quorate.ENVIRONMENT_VARIABLE, cluster.endpoints());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(out).isEqualTo("node 3 leads shard 0 now (before: node 1)\n");
    // Newer JDKs warn about Netty's native access and Unsafe; the launcher has the flags for them.
    assertThat(err.lines().filter(line -> !line.startsWith("WARNING: "))).isEmpty();
    assertThat(process.waitFor()).isZero();
  }

  private static JsonObject json(Result result) {
    return JsonParser.parseString(result.out()).getAsJsonObject();
  }
}
