package io.quorate.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.admin.server.AdminConfig;
import io.quorate.admin.server.AdminServer;
import io.quorate.admin.v1.ClusterServiceGrpc;
import io.quorate.admin.v1.GetQueueRequest;
import io.quorate.admin.v1.GetQueueResponse;
import io.quorate.admin.v1.GetStatusRequest;
import io.quorate.admin.v1.GetStatusResponse;
import io.quorate.admin.v1.Health;
import io.quorate.admin.v1.ListQueuesRequest;
import io.quorate.admin.v1.ListQueuesResponse;
import io.quorate.admin.v1.ListShardsRequest;
import io.quorate.admin.v1.Queue;
import io.quorate.admin.v1.QueueServiceGrpc;
import io.quorate.admin.v1.Replica;
import io.quorate.admin.v1.Role;
import io.quorate.admin.v1.Shard;
import io.quorate.admin.v1.ShardServiceGrpc;
import io.quorate.admin.v1.TransferLeaderRequest;
import io.quorate.raftqueue.api.QueueRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdminServicesTest {

  private TestCluster cluster;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    cluster = new TestCluster();
    channel = channel(cluster.servers.get(0).port());
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    cluster.close();
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  private QueueServiceGrpc.QueueServiceBlockingStub queues() {
    return QueueServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private ShardServiceGrpc.ShardServiceBlockingStub shards() {
    return ShardServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  private GetStatusResponse status() {
    return ClusterServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .getStatus(GetStatusRequest.getDefaultInstance());
  }

  private static void assertStatus(ThrowingCallable call, Status.Code code, String... texts) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).contains(texts);
              assertThat(e.getTrailers().get(AnsweringNode.KEY)).isEqualTo("1");
            });
  }

  @Test
  void showsWhatAQueueHolds() {
    QueueRef orders = cluster.state.declare("/", "orders", 1);
    for (int i = 0; i < 3; i++) {
      cluster.state.publish(orders, "body " + i);
    }
    cluster.state.store(2).get(orders, false).join();

    GetQueueResponse answer = queues().getQueue(request("", "orders"));

    assertThat(answer.getQueue().getStats().getReady()).isEqualTo(2);
    assertThat(answer.getQueue().getStats().getUnacked()).isEqualTo(1);
    assertThat(answer.getQueue().getStats().getBytes()).isEqualTo(3 * (64 + 3 + 6));
    assertThat(answer.getQueue().getVhost()).isEqualTo("/");
    assertThat(answer.getQueue().getReplicated()).isTrue();
    assertThat(answer.getQueue().getShard()).isEqualTo(1);
    assertThat(answer.getQueue().getLeader()).isEqualTo(2);
    assertThat(answer.getReplicasList()).extracting(Replica::getNode).containsExactly(1, 2, 3);
    assertThat(answer.getReplicasList())
        .extracting(Replica::getRole)
        .containsExactly(Role.ROLE_FOLLOWER, Role.ROLE_LEADER, Role.ROLE_FOLLOWER);
    assertThat(answer.getReplicasList())
        .extracting(Replica::getAppliedIndex)
        .containsExactly(13L, 13L, 13L);
  }

  @Test
  void everyNodeGivesTheSameAnswer() {
    QueueRef orders = cluster.state.declare("/", "orders", 1);
    cluster.state.publish(orders, "body");
    List<GetQueueResponse> answers = new ArrayList<>();
    for (AdminServer server : cluster.servers) {
      ManagedChannel one = channel(server.port());
      answers.add(QueueServiceGrpc.newBlockingStub(one).getQueue(request("/", "orders")));
      one.shutdownNow();
    }
    assertThat(answers).hasSize(3).containsOnly(answers.get(0));
  }

  @Test
  void showsAQueueInTheMemoryOfOneNode() {
    cluster.state.declare("/", "amq.gen-1", -3);

    GetQueueResponse answer = queues().getQueue(request("/", "amq.gen-1"));

    assertThat(answer.getQueue().getReplicated()).isFalse();
    assertThat(answer.getQueue().hasShard()).isFalse();
    assertThat(answer.getQueue().getLeader()).isEqualTo(3);
    assertThat(answer.getQueue().hasStats()).isTrue();
    assertThat(answer.getReplicasList()).isEmpty();
  }

  @Test
  void saysWhichQueueOrVhostIsMissing() {
    assertStatus(
        () -> queues().getQueue(request("/", "ordres")),
        Status.Code.NOT_FOUND,
        "queue 'ordres' does not exist in virtual host '/'");
    assertStatus(
        () -> queues().getQueue(request("shop", "orders")),
        Status.Code.NOT_FOUND,
        "virtual host 'shop' does not exist; there are '/'");
    assertStatus(
        () -> queues().listQueues(ListQueuesRequest.newBuilder().setVhost("shop").build()),
        Status.Code.NOT_FOUND,
        "virtual host 'shop' does not exist");
    assertStatus(
        () -> queues().getQueue(request("/", "")), Status.Code.INVALID_ARGUMENT, "no name given");
  }

  @Test
  void doesNotClaimThatAQueueIsMissingWhenItCannotKnow() {
    cluster.state.stop(3);
    assertStatus(
        () -> queues().getQueue(request("/", "orders")),
        Status.Code.UNAVAILABLE,
        "the metadata group has no leader");
  }

  @Test
  void pagesListEveryQueueOnce() {
    cluster.state.addVhost("a");
    IntStream.range(0, 150).forEach(i -> cluster.state.declare("/", "q" + i, i % 3));
    IntStream.range(0, 60).forEach(i -> cluster.state.declare("a", "q" + i, i % 3));

    List<Queue> seen = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    String token = "";
    do {
      ListQueuesResponse page =
          queues().listQueues(ListQueuesRequest.newBuilder().setPageToken(token).build());
      seen.addAll(page.getQueuesList());
      sizes.add(page.getQueuesCount());
      token = page.getNextPageToken();
    } while (!token.isEmpty());

    assertThat(sizes).containsExactly(100, 100, 10);
    assertThat(seen).extracting(Queue::getId).doesNotHaveDuplicates().hasSize(210);
    assertThat(seen).extracting(queue -> queue.getVhost() + " " + queue.getName()).isSorted();
    assertThat(seen).allMatch(Queue::hasStats);
  }

  @Test
  void filtersByVhostAndName() {
    cluster.state.addVhost("a");
    for (String name : List.of("orders.paid", "orders.new", "order", "mail")) {
      cluster.state.declare("/", name, 0);
      cluster.state.declare("a", name, 0);
    }
    ListQueuesResponse answer =
        queues()
            .listQueues(
                ListQueuesRequest.newBuilder().setVhost("a").setNamePattern("orders.*").build());
    assertThat(answer.getQueuesList())
        .extracting(queue -> queue.getVhost() + ":" + queue.getName())
        .containsExactly("a:orders.new", "a:orders.paid");
    assertThat(answer.getNextPageToken()).isEmpty();
  }

  @Test
  void refusesBadPages() {
    assertStatus(
        () -> queues().listQueues(ListQueuesRequest.newBuilder().setPageSize(-1).build()),
        Status.Code.INVALID_ARGUMENT,
        "page_size is -1; it must be 1 to 1000");
    for (String token : List.of("%%%", "AAAA", "AgAAAAA")) {
      assertStatus(
          () -> queues().listQueues(ListQueuesRequest.newBuilder().setPageToken(token).build()),
          Status.Code.INVALID_ARGUMENT,
          "page_token is not one that ListQueues gave out");
    }
    assertStatus(
        () -> queues().listQueues(ListQueuesRequest.newBuilder().setNamePattern("a\\").build()),
        Status.Code.INVALID_ARGUMENT,
        "name_pattern ends in a backslash");
    assertStatus(
        () ->
            queues()
                .listQueues(ListQueuesRequest.newBuilder().setNamePattern("a".repeat(513)).build()),
        Status.Code.INVALID_ARGUMENT,
        "at most 512");
  }

  @Test
  void aFrozenLeaderCostsOnlyItsOwnQueuesTheirFigures() {
    IntStream.range(0, 90).forEach(i -> cluster.state.declare("/", "q" + i, i % 3));
    cluster.state.freeze(2);
    ListQueuesResponse answer = queues().listQueues(ListQueuesRequest.getDefaultInstance());
    assertThat(answer.getQueuesList()).hasSize(90);
    for (Queue queue : answer.getQueuesList()) {
      assertThat(queue.hasStats()).isEqualTo(queue.getShard() != 1);
      assertThat(queue.getStatsError())
          .isEqualTo(queue.getShard() == 1 ? "node 2, which leads it, did not answer in time" : "");
    }
    assertThat(cluster.state.statsAsked())
        .as("the silent shard is asked a few times")
        .isLessThan(90);
  }

  @Test
  void answersInTimeWhenTheCallersDeadlineIsNearerThanItsOwn() throws IOException {
    AdminConfig patient = AdminConfig.of("127.0.0.1", 0);
    cluster.state.declare("/", "orders", 1);
    cluster.state.freeze(2);
    try (AdminServer server =
        AdminServer.start(patient, cluster.state.store(1), cluster.state.status(1))) {
      ManagedChannel one = channel(server.port());
      GetQueueResponse answer =
          QueueServiceGrpc.newBlockingStub(one)
              .withDeadlineAfter(1500, TimeUnit.MILLISECONDS)
              .getQueue(request("/", "orders"));
      assertThat(answer.getQueue().hasStats()).isFalse();
      assertThat(answer.getReplicas(1).getReachable()).isFalse();
      assertThat(answer.getReplicas(1).hasAppliedIndex()).isFalse();
      one.shutdownNow();
    }
  }

  @Test
  void listsGroupsWithTheMetadataFirst() {
    List<Shard> answer =
        shards().listShards(ListShardsRequest.getDefaultInstance()).getShardsList();
    assertThat(answer).extracting(Shard::getId).containsExactly(-1, 0, 1, 2);
    assertThat(answer).extracting(Shard::getLeader).containsExactly(3, 1, 2, 3);
    assertThat(answer).allMatch(shard -> shard.getReplicasCount() == 3);
  }

  @Test
  void transfersLeadership() {
    var answer = shards().transferLeader(transfer(0, 3));
    assertThat(answer.getChanged()).isTrue();
    assertThat(answer.getPreviousLeader()).isEqualTo(1);
    assertThat(shards().listShards(ListShardsRequest.getDefaultInstance()).getShards(1).getLeader())
        .isEqualTo(3);

    assertThat(shards().transferLeader(transfer(0, 3)).getChanged()).isFalse();
    assertThat(shards().transferLeader(transfer(-1, 1)).getPreviousLeader()).isEqualTo(3);
  }

  @Test
  void refusesTransfersThatCannotBe() {
    assertStatus(
        () -> shards().transferLeader(transfer(9, 1)),
        Status.Code.NOT_FOUND,
        "shard 9 does not exist; the shards are 0, 1, 2");
    assertStatus(
        () -> shards().transferLeader(transfer(0, 7)),
        Status.Code.INVALID_ARGUMENT,
        "node 7 holds no replica of shard 0; its replicas are on nodes 1, 2, 3");
    assertStatus(
        () -> shards().transferLeader(TransferLeaderRequest.newBuilder().setNode(1).build()),
        Status.Code.INVALID_ARGUMENT,
        "no shard given");
    assertStatus(
        () -> shards().transferLeader(TransferLeaderRequest.newBuilder().setShard(0).build()),
        Status.Code.INVALID_ARGUMENT,
        "no node given");
    cluster.state.stop(2);
    assertStatus(
        () -> shards().transferLeader(transfer(0, 2)),
        Status.Code.FAILED_PRECONDITION,
        "node 2 does not answer",
        "replicas that answer are on nodes 1, 3");
    assertStatus(
        () -> shards().transferLeader(transfer(1, 3)),
        Status.Code.UNAVAILABLE,
        "shard 1 has no leader");
  }

  @Test
  void judgesTheClustersHealth() {
    cluster.state.declare("/", "orders", 0);
    GetStatusResponse healthy = status();
    assertThat(healthy.getHealth()).isEqualTo(Health.HEALTH_OK);
    assertThat(healthy.getProblemsList()).isEmpty();
    assertThat(healthy.getQueues()).isEqualTo(1);
    assertThat(healthy.getVersion()).isEqualTo(BuildInfo.version()).doesNotContain("$");
    assertThat(healthy.getNodes(2).getLeadsList()).containsExactly(-1, 2);

    cluster.state.stop(2);
    GetStatusResponse waiting = status();
    assertThat(waiting.getHealth()).isEqualTo(Health.HEALTH_UNAVAILABLE);
    assertThat(waiting.getShardsAvailable()).isEqualTo(2);
    assertThat(waiting.getProblemsList())
        .contains(
            "node 2 does not answer node 1",
            "shard 1 has no leader: no answer from its replicas on nodes 2",
            "shard 0 runs without its replicas on nodes 2");

    cluster.state.elect(1, 1);
    GetStatusResponse degraded = status();
    assertThat(degraded.getHealth()).isEqualTo(Health.HEALTH_DEGRADED);
    assertThat(degraded.getShardsAvailable()).isEqualTo(3);
  }

  @Test
  void refusesCallsBeyondItsBound() throws Exception {
    AdminConfig narrow = new AdminConfig("127.0.0.1", 0, 1, 1024, 10, 10, 60_000, 60_000);
    cluster.state.declare("/", "orders", 1);
    cluster.state.freeze(2);
    try (AdminServer server =
        AdminServer.start(narrow, cluster.state.store(1), cluster.state.status(1))) {
      ManagedChannel first = channel(server.port());
      ManagedChannel second = channel(server.port());
      var held = QueueServiceGrpc.newFutureStub(first).getQueue(request("/", "orders"));
      while (cluster.state.statsAsked() == 0) {
        Thread.onSpinWait();
      }
      assertStatus(
          () -> QueueServiceGrpc.newBlockingStub(second).getQueue(request("/", "orders")),
          Status.Code.RESOURCE_EXHAUSTED,
          "this node has 1 admin calls under way");
      // The place is free again as soon as the first caller has gone.
      held.cancel(true);
      GetQueueRequest nameless = request("/", "");
      Status.Code code = Status.Code.RESOURCE_EXHAUSTED;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (code == Status.Code.RESOURCE_EXHAUSTED && System.nanoTime() < end) {
        try {
          QueueServiceGrpc.newBlockingStub(second).getQueue(nameless);
        } catch (StatusRuntimeException e) {
          code = e.getStatus().getCode();
        }
      }
      assertThat(code).isEqualTo(Status.Code.INVALID_ARGUMENT);
      first.shutdownNow();
      second.shutdownNow();
    }
  }

  @Test
  void refusesOversizedRequests() {
    assertThatThrownBy(() -> queues().getQueue(request("/", "x".repeat(100_000))))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    assertThat(status().getHealth()).isEqualTo(Health.HEALTH_OK);
  }

  @Test
  void saysWhichPortIsTaken() {
    int taken = cluster.servers.get(0).port();
    assertThatThrownBy(
            () ->
                AdminServer.start(
                    AdminConfig.of("127.0.0.1", taken),
                    cluster.state.store(1),
                    cluster.state.status(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:" + taken)
        .hasMessageContaining("in use");
  }

  private static GetQueueRequest request(String vhost, String name) {
    return GetQueueRequest.newBuilder().setVhost(vhost).setName(name).build();
  }

  private static TransferLeaderRequest transfer(int shard, int node) {
    return TransferLeaderRequest.newBuilder().setShard(shard).setNode(node).build();
  }
}
