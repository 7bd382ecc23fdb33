package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.Message;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.QueueStore;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedStoreTest {

  @TempDir Path directory;
  private TestCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new TestCluster(directory, 3).startAll();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  static QueueRef declare(QueueStore store, String name, int shard) throws Exception {
    DefinitionResult result =
        store
            .define(
                new DefinitionCommand.DeclareQueue(
                    "/", name, true, false, false, null, shard, Map.of()))
            .get(20, TimeUnit.SECONDS);
    return ((DefinitionResult.Queue) result).queue().ref();
  }

  static Message message(String text) {
    return new Message("", "q", ByteString.EMPTY, ByteString.copyFromUtf8(text));
  }

  static final class Collector implements DeliveryListener {
    final List<Delivery> deliveries = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onDeliveries(List<Delivery> more) {
      deliveries.addAll(more);
    }

    @Override
    public void onQueueDeleted() {}

    List<String> texts() {
      synchronized (deliveries) {
        return deliveries.stream().map(d -> d.message().body().toStringUtf8()).toList();
      }
    }
  }

  @Test
  void aDefinitionIsSeenOnEveryNodeWhenItIsAnswered() throws Exception {
    for (int i = 0; i < 20; i++) {
      declare(cluster.queues(1 + i % 3), "q" + i, 0);
      for (int node = 1; node <= 3; node++) {
        assertThat(cluster.queues(node).definitions().queue("/", "q" + i)).isNotNull();
      }
    }
  }

  @Test
  void messagesPassFromEveryNodeToEveryNodeInOrder() throws Exception {
    for (int shard = 0; shard < 2; shard++) {
      for (int from = 1; from <= 3; from++) {
        for (int to = 1; to <= 3; to++) {
          QueueRef queue = declare(cluster.queues(from), "q" + shard + from + to, shard);
          Collector collector = new Collector();
          cluster
              .queues(to)
              .subscribe(queue, new SubscriptionSpec(false, false, 0, 1000), collector)
              .get(20, TimeUnit.SECONDS);
          List<String> sent = new ArrayList<>();
          for (int i = 0; i < 100; i++) {
            sent.add("m" + i);
            cluster.queues(from).publish(message("m" + i), List.of(queue), outcome -> {});
          }
          TestCluster.await(() -> collector.deliveries.size() == 100);
          assertThat(collector.texts()).isEqualTo(sent);
          assertThat(collector.deliveries).noneMatch(Delivery::redelivered);
        }
      }
    }
  }

  @Test
  void aGetSeesWhatWasPublishedBefore() throws Exception {
    QueueRef queue = declare(cluster.queues(2), "q", 0);
    for (int i = 0; i < 50; i++) {
      cluster.queues(2).publish(message("m" + i), List.of(queue), outcome -> {});
      GetResult got = cluster.queues(2).get(queue, i % 2 == 0).get(20, TimeUnit.SECONDS);
      assertThat(got.delivery()).isNotNull();
      assertThat(got.delivery().message().body().toStringUtf8()).isEqualTo("m" + i);
      if (i % 2 != 0) {
        cluster
            .queues(2)
            .settle(
                queue, got.holder(), new long[] {got.delivery().position()}, true, outcome -> {});
      }
    }
    assertThat(cluster.queues(2).stats(queue).get(20, TimeUnit.SECONDS).ready()).isZero();
  }

  @Test
  void nothingConfirmedIsLostAndNothingDoubledWhenTheLeaderStops() throws Exception {
    QueueRef queue = declare(cluster.queues(1), "q", 0);
    int leader = cluster.leader(1, 0);
    int publisher = leader % 3 + 1;
    int consumer = publisher % 3 + 1;
    Set<String> confirmed = ConcurrentHashMap.newKeySet();
    int count = 2_000;
    for (int i = 0; i < count; i++) {
      String text = "m" + i;
      cluster
          .queues(publisher)
          .publish(
              message(text),
              List.of(queue),
              outcome -> {
                if (outcome == Outcome.ACCEPTED) {
                  confirmed.add(text);
                }
              });
      if (i == count / 2) {
        cluster.stop(leader);
      }
    }
    TestCluster.await(() -> confirmed.size() == count);
    int reader = consumer == leader ? publisher : consumer;
    Collector collector = new Collector();
    Subscription subscription =
        cluster
            .queues(reader)
            .subscribe(queue, new SubscriptionSpec(false, false, 0, count * 2), collector)
            .get(20, TimeUnit.SECONDS);
    TestCluster.await(() -> collector.deliveries.size() >= count);
    assertThat(new HashSet<>(collector.texts())).isEqualTo(confirmed);
    assertThat(collector.deliveries).hasSize(count);
    long[] positions = collector.deliveries.stream().mapToLong(Delivery::position).toArray();
    cluster.queues(reader).settle(queue, subscription.id(), positions, true, outcome -> {});
    assertThat(cluster.queues(reader).stats(queue).get(20, TimeUnit.SECONDS).ready()).isZero();
  }

  @Test
  void everythingIsThereAfterAllNodesWereStopped() throws Exception {
    QueueRef queue = declare(cluster.queues(1), "q", 1);
    Set<String> confirmed = ConcurrentHashMap.newKeySet();
    for (int i = 0; i < 500; i++) {
      String text = "m" + i;
      cluster
          .queues(1 + i % 3)
          .publish(message(text), List.of(queue), outcome -> confirmed.add(text));
    }
    TestCluster.await(() -> confirmed.size() == 500);
    for (int node = 1; node <= 3; node++) {
      cluster.stop(node);
    }
    cluster.startAll();
    assertThat(cluster.queues(2).definitions().queue("/", "q")).isNotNull();
    Collector collector = new Collector();
    cluster
        .queues(2)
        .subscribe(queue, new SubscriptionSpec(true, false, 0, 1000), collector)
        .get(20, TimeUnit.SECONDS);
    TestCluster.await(() -> collector.deliveries.size() == 500);
    assertThat(new HashSet<>(collector.texts())).isEqualTo(confirmed);
  }

  @Test
  void aNodeThatWasAwayTakesASnapshotAndServes() throws Exception {
    cluster.close();
    cluster = new TestCluster(directory.resolve("small"), 3).snapshotBytes(1 << 20).startAll();
    QueueRef queue = declare(cluster.queues(1), "q", 0);
    int leader = cluster.leader(1, 0);
    int away = leader % 3 + 1;
    int other = away % 3 + 1;
    cluster.stop(away);
    byte[] padding = new byte[20_000];
    Set<String> confirmed = ConcurrentHashMap.newKeySet();
    Collector collector = new Collector();
    Subscription subscription =
        cluster
            .queues(other)
            .subscribe(queue, new SubscriptionSpec(false, false, 0, 3_000), collector)
            .get(20, TimeUnit.SECONDS);
    for (int i = 0; i < 4_000; i++) { // 80 MB: several log segments
      String text = "m" + i;
      Message message = new Message("", text, ByteString.EMPTY, ByteString.copyFrom(padding));
      TestCluster.await(() -> cluster.queues(other).isWritable());
      cluster.queues(other).publish(message, List.of(queue), outcome -> confirmed.add(text));
    }
    TestCluster.await(() -> confirmed.size() == 4_000 && collector.deliveries.size() == 3_000);
    long[] first =
        collector.deliveries.subList(0, 2_900).stream().mapToLong(Delivery::position).toArray();
    cluster.queues(other).settle(queue, subscription.id(), first, true, outcome -> {});
    cluster.start(away);
    cluster.awaitOrTell(() -> appliedEverywhere(0));
    cluster.stop(leader);
    subscription.grant(2_000, 0);
    TestCluster.await(() -> collector.deliveries.size() >= 4_000);
    assertThat(collector.deliveries.stream().map(d -> d.message().routingKey()).distinct().toList())
        .hasSize(4_000);
  }

  private boolean appliedEverywhere(int group) {
    List<Long> applied =
        List.of(1, 2, 3).stream()
            .map(
                node ->
                    cluster.store(node).status().groups().stream()
                        .filter(g -> g.id() == group)
                        .findFirst()
                        .orElseThrow()
                        .appliedIndex())
            .distinct()
            .toList();
    return applied.size() == 1 && applied.get(0) > 0;
  }

  @Test
  void whatIsMeantForTheMemoryOfALostNodeIsRefused() throws Exception {
    DefinitionResult declared =
        cluster
            .queues(1)
            .define(
                new DefinitionCommand.DeclareQueue(
                    "/", "transient", false, false, false, null, QueueRef.localShard(1), Map.of()))
            .get(20, TimeUnit.SECONDS);
    QueueRef queue = ((DefinitionResult.Queue) declared).queue().ref();
    CompletableFuture<Outcome> before = new CompletableFuture<>();
    cluster.queues(2).publish(message("a"), List.of(queue), before::complete);
    assertThat(before.get(20, TimeUnit.SECONDS)).isEqualTo(Outcome.ACCEPTED);
    assertThat(cluster.queues(2).isLost(queue)).isFalse();
    cluster.stop(1);
    CompletableFuture<Outcome> after = new CompletableFuture<>();
    cluster.queues(2).publish(message("b"), List.of(queue), after::complete);
    assertThat(after.get(20, TimeUnit.SECONDS)).isEqualTo(Outcome.REJECTED);
    assertThat(cluster.queues(2).isLost(queue)).isTrue();
    cluster.start(1);
    cluster.awaitReady();
    TestCluster.await(() -> cluster.queues(2).definitions().queue("/", "transient") == null);
    DefinitionResult again =
        cluster
            .queues(1)
            .define(
                new DefinitionCommand.DeclareQueue(
                    "/", "transient", false, false, false, null, QueueRef.localShard(1), Map.of()))
            .get(20, TimeUnit.SECONDS);
    QueueRef fresh = ((DefinitionResult.Queue) again).queue().ref();
    // Refused until node 2 has found the way to node 1 again, then accepted.
    TestCluster.await(() -> outcomeOfPublish(2, fresh) == Outcome.ACCEPTED);
    TestCluster.await(() -> outcomeOfPublish(3, fresh) == Outcome.ACCEPTED);
    assertThat(cluster.queues(2).isLost(fresh)).isFalse();
    GetResult got = cluster.queues(3).get(fresh, true).get(20, TimeUnit.SECONDS);
    assertThat(got.delivery().message().body().toStringUtf8()).isEqualTo("c");
  }

  @Test
  void whatARequestThatTimedOutTakesLaterGoesBack() throws Exception {
    QueueRef queue = tenMessagesWithShortTimeout("timeout");
    int leader = stopFollowers();
    QueueStore store = cluster.queues(leader);
    Collector collector = new Collector();
    CompletableFuture<?> get = store.get(queue, false);
    awaitNoLeader(leader);
    CompletableFuture<?> subscribe =
        store.subscribe(queue, new SubscriptionSpec(false, false, 0, 3), collector);
    assertThat(get).failsWithin(Duration.ofSeconds(10));
    assertThat(subscribe).failsWithin(Duration.ofSeconds(10));
    startFollowers(leader);
    TestCluster.await(() -> stats(store, queue).ready() == 10);
    QueueStats stats = store.stats(queue).get(20, TimeUnit.SECONDS);
    assertThat(stats.unacked()).isZero();
    assertThat(stats.consumers()).isZero();
    assertThat(collector.deliveries).isEmpty();
  }

  /**
   * A purge that the leader has proposed before it lost its majority may be in the log that wins:
   * then all messages are gone, otherwise none is.
   */
  @Test
  void aPurgeThatTimedOutHasHappenedWhollyOrNotAtAll() throws Exception {
    QueueRef queue = tenMessagesWithShortTimeout("purge");
    int leader = stopFollowers();
    CompletableFuture<?> purge = cluster.queues(leader).purge(queue);
    awaitNoLeader(leader);
    assertThat(purge).failsWithin(Duration.ofSeconds(10));
    startFollowers(leader);
    TestCluster.await(() -> outcomeOfPublish(leader, queue) == Outcome.ACCEPTED);
    long ready = stats(cluster.queues(leader), queue).ready();
    // A publish that was refused while the cluster came together may be there as well.
    assertThat(ready % 10).isBetween(1L, 9L);
    assertThat(ready).isLessThan(20);
    for (int node = 1; node <= 3; node++) {
      QueueStore store = cluster.queues(node);
      TestCluster.await(() -> stats(store, queue).ready() == ready);
    }
    assertThat(cluster.queues(leader).purge(queue)).succeedsWithin(Duration.ofSeconds(10));
    assertThat(stats(cluster.queues(leader), queue).ready()).isZero();
  }

  private QueueRef tenMessagesWithShortTimeout(String name) throws Exception {
    cluster.close();
    cluster = new TestCluster(directory.resolve(name), 3).requestTimeoutMs(2_000).startAll();
    QueueRef queue = declare(cluster.queues(1), "q", 0);
    for (int i = 0; i < 10; i++) {
      assertThat(outcomeOfPublish(1, queue)).isEqualTo(Outcome.ACCEPTED);
    }
    return queue;
  }

  private int stopFollowers() {
    int leader = cluster.leader(1, 0);
    for (int node = 1; node <= 3; node++) {
      if (node != leader) {
        cluster.stop(node);
      }
    }
    return leader;
  }

  private void startFollowers(int leader) throws IOException {
    for (int node = 1; node <= 3; node++) {
      if (node != leader) {
        cluster.start(node);
      }
    }
    cluster.awaitReady();
  }

  private void awaitNoLeader(int node) {
    TestCluster.await(
        () ->
            cluster.store(node).status().groups().stream()
                .anyMatch(group -> group.id() == 0 && group.leader() == null));
  }

  /** Nothing at all while there is no leader to ask. */
  private static QueueStats stats(QueueStore store, QueueRef queue) {
    return store.stats(queue).exceptionally(failure -> QueueStats.EMPTY).join();
  }

  private Outcome outcomeOfPublish(int node, QueueRef queue) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    cluster.queues(node).publish(message("c"), List.of(queue), outcome::complete);
    return outcome.orTimeout(20, TimeUnit.SECONDS).join();
  }
}
