package io.quorate.raftqueue.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.link.v1.Request;
import io.quorate.log.v1.Operation;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import io.quorate.raftqueue.simulation.Bench.Frontend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the simulation has found, in its shortest form. */
class FoundBySimulationTest {

  private static final QueueRef QUEUE = new QueueRef(1, 0);

  private static final class Consumer implements DeliveryListener {
    final List<Delivery> deliveries = new ArrayList<>();
    final List<String> events = new ArrayList<>();

    @Override
    public void onDeliveries(List<Delivery> batch) {
      deliveries.addAll(batch);
      events.add("delivery");
    }

    @Override
    public void onQueueDeleted() {
      events.add("deleted");
    }
  }

  private static SubscriptionSpec spec(boolean auto, int credit) {
    return new SubscriptionSpec(auto, false, 0, credit);
  }

  /** A consumer that has been given the only message. */
  private static final class Holding {
    final Bench bench = new Bench(1);
    final Frontend frontend = bench.frontend(1);
    final Consumer consumer = new Consumer();
    final Subscription subscription;

    Holding() {
      frontend.connect();
      frontend.publish("one");
      frontend.settleDown();
      CompletableFuture<Subscription> subscribed =
          frontend.client.subscribe(QUEUE, spec(false, 1), consumer);
      frontend.settleDown();
      assertThat(consumer.deliveries).hasSize(1);
      subscription = subscribed.join();
    }
  }

  /** They were sent twice: the second get took a message that nobody ever heard of. */
  @Test
  void whatIsAskedWhileAttachingIsSentOnce() {
    Bench bench = new Bench(1);
    Frontend frontend = bench.frontend(1);
    frontend.connect();
    CompletableFuture<GetResult> get = frontend.client.get(QUEUE, false);
    frontend.publish("first");
    frontend.settleDown();
    assertThat(get).isCompleted();
    assertThat(
            frontend.sent.stream()
                .flatMap(message -> message.getWork().getRequestsList().stream())
                .filter(Request::hasGet))
        .hasSize(1);
    assertThat(
            frontend.sent.stream()
                .flatMap(message -> message.getWork().getOperationsList().stream()))
        .hasSize(1);
  }

  /** A purge that has to wait, or is sent again, dropped what was published after it. */
  @Test
  void whatIsPublishedAfterAPurgeStays() {
    Bench bench = new Bench(1);
    Frontend frontend = bench.frontend(1);
    frontend.connect();
    frontend.settleDown();
    frontend.publish("before");
    CompletableFuture<Long> purged = frontend.client.purge(QUEUE);
    frontend.publish("after");
    frontend.settleDown();
    assertThat(purged).isCompletedWithValue(1L);
    CompletableFuture<GetResult> get = frontend.client.get(QUEUE, false);
    frontend.settleDown();
    assertThat(get.join().delivery().message().body().toStringUtf8()).isEqualTo("after");
    assertThat(frontend.outcomes).hasSize(2);
  }

  /** The leader took it for held, the frontend for given back: it was out for ever. */
  @Test
  void whatWasGivenBackBeforeALinkBrokeIsNotHeldAfterwards() {
    Holding test = new Holding();
    test.frontend.client.requeue(QUEUE, test.subscription.id(), new long[] {1}, outcome -> {});
    test.bench.commitAll(); // applied, and its answer lost
    test.frontend.connect();
    test.frontend.settleDown();
    CompletableFuture<QueueStats> stats = test.frontend.client.stats(QUEUE);
    test.frontend.settleDown();
    assertThat(stats.join().unacked()).isZero();
    assertThat(stats.join().ready()).isEqualTo(1);
  }

  /** It was away while the next leader let another in: two had the queue for themselves. */
  @Test
  void anExclusiveConsumerThatComesLateFindsItsPlaceTaken() {
    Bench bench = new Bench(2);
    Frontend late = bench.frontend(1);
    Frontend quick = bench.frontend(2);
    late.connect();
    quick.connect();
    quick.settleDown();
    late.settleDown();
    Consumer first = new Consumer();
    CompletableFuture<Subscription> firstSubscription =
        late.client.subscribe(QUEUE, new SubscriptionSpec(false, true, 0, 10), first);
    late.settleDown();
    assertThat(firstSubscription).isCompleted();

    bench.leadsAgain(2);
    quick.connect();
    quick.settleDown();
    Consumer second = new Consumer();
    CompletableFuture<Subscription> secondSubscription =
        quick.client.subscribe(QUEUE, new SubscriptionSpec(false, true, 0, 10), second);
    quick.settleDown();
    assertThat(secondSubscription).isCompleted();
    late.connect();
    late.settleDown();
    assertThat(first.events).containsExactly("deleted");
    quick.publish("one");
    quick.settleDown();
    assertThat(second.events).containsExactly("delivery");
    assertThat(first.deliveries).isEmpty();
  }

  /**
   * What it held went to the other one, flagged, while it still had it, and its ack was refused.
   */
  @Test
  void whatAnExclusiveConsumerHoldsStaysWithItWhenItComesLate() {
    Bench bench = new Bench(2);
    Frontend late = bench.frontend(1);
    Frontend quick = bench.frontend(2);
    late.connect();
    quick.connect();
    quick.settleDown();
    late.publish("one");
    late.settleDown();
    Consumer first = new Consumer();
    CompletableFuture<Subscription> subscription =
        late.client.subscribe(QUEUE, new SubscriptionSpec(false, true, 0, 1), first);
    late.settleDown();
    assertThat(first.events).containsExactly("delivery");

    bench.leadsAgain(2);
    quick.connect();
    quick.settleDown();
    quick.client.subscribe(QUEUE, new SubscriptionSpec(false, true, 0, 0), new Consumer());
    quick.settleDown();
    late.connect();
    late.settleDown();
    assertThat(first.events).containsExactly("delivery", "deleted");
    CompletableFuture<QueueStats> held = quick.client.stats(QUEUE);
    quick.settleDown();
    assertThat(held.join()).extracting("ready", "unacked", "consumers").containsExactly(0L, 1L, 1);

    late.client.settle(QUEUE, subscription.join().id(), new long[] {1}, true, outcome -> {});
    late.settleDown();
    CompletableFuture<QueueStats> after = quick.client.stats(QUEUE);
    quick.settleDown();
    assertThat(after.join()).extracting("ready", "unacked").containsExactly(0L, 0L);
  }

  /** An auto-settled delivery waits for its entry; the cancel-ok overtook it. */
  @Test
  void nothingIsDeliveredAfterACancelIsAnswered() {
    Bench bench = new Bench(1);
    Frontend frontend = bench.frontend(1);
    frontend.connect();
    frontend.publish("one");
    frontend.settleDown();
    Consumer consumer = new Consumer();
    CompletableFuture<Subscription> subscription =
        frontend.client.subscribe(QUEUE, spec(true, 1), consumer);
    bench.run(); // the message is being settled
    frontend.receive();
    subscription.join().cancel().thenRun(() -> consumer.events.add("cancelled"));
    bench.run();
    frontend.receive();
    frontend.settleDown();
    assertThat(consumer.events).containsExactly("delivery", "cancelled");
  }

  /** Entries of the leadership before came after the new one had begun, and confused it. */
  @Test
  void aLeadershipOfTheSameTermWaitsForTheEntriesOfTheOneBefore() {
    Bench bench = new Bench(1);
    Frontend frontend = bench.frontend(1);
    frontend.connect();
    frontend.settleDown();
    assertThat(bench.leaderships).isEqualTo(1);
    frontend.publish("one");
    bench.run(); // proposed, not committed
    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(1);
    bench.run();
    assertThat(bench.leaderships).isEqualTo(1);
    bench.commitOne(false);
    bench.run();
    assertThat(bench.leaderships).isEqualTo(1);
    bench.commitAll();
    assertThat(bench.leaderships).isEqualTo(2);
    frontend.connect();
    frontend.settleDown();
    CompletableFuture<QueueStats> stats = frontend.client.stats(QUEUE);
    frontend.settleDown();
    assertThat(stats.join().ready()).isEqualTo(1);
    assertThat(frontend.outcomes).hasSize(1);
  }

  /** With the lease of the next leadership, but without what was settled in between. */
  @Test
  void aLeadershipThatIsOverDeliversNothingAlthoughTheReplicaLeadsAgain() {
    Bench bench = new Bench(1);
    Frontend frontend = bench.frontend(1);
    frontend.connect();
    frontend.publish("one");
    frontend.settleDown();
    Consumer consumer = new Consumer();
    CompletableFuture<Subscription> subscription =
        frontend.client.subscribe(QUEUE, spec(false, 1), consumer);
    frontend.publish("two");
    frontend.settleDown();
    assertThat(consumer.deliveries).hasSize(1);
    subscription.join().grant(1, 0);
    bench.runOne(); // the credit is on its way
    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(2);
    bench.runOne(); // there it is, and the loop has not heard of the loss
    frontend.receive();
    assertThat(consumer.deliveries).hasSize(1);
  }

  /**
   * Operations of the dead run came after the new session and were skipped, with what they held.
   */
  @Test
  void whatADeadRunHeldComesBackAlthoughItsOperationsWereWaiting() {
    Holding test = new Holding();
    Bench bench = test.bench;
    Frontend dead = test.frontend;
    dead.publish(99, "to a queue that the leader has not heard of");
    dead.client.requeue(QUEUE, test.subscription.id(), new long[] {1}, outcome -> {});
    bench.commitAll();

    Frontend next = bench.frontend(1, 2);
    next.connect();
    bench.run();
    bench.lastQueueId = 100;
    bench.replica().definitionsChanged();
    next.settleDown();
    CompletableFuture<QueueStats> stats = next.client.stats(QUEUE);
    next.settleDown();
    assertThat(stats.join().ready()).isEqualTo(1);
    assertThat(stats.join().unacked()).isZero();
  }

  /** Its message was being settled when the queue went: nobody answered. */
  @Test
  void aGetIsAnsweredAlthoughItsQueueIsDeleted() {
    Bench bench = new Bench(1);
    Frontend frontend = bench.frontend(1);
    frontend.connect();
    frontend.publish("one");
    frontend.settleDown();
    CompletableFuture<GetResult> get = frontend.client.get(QUEUE, true);
    bench.run();
    bench.queues.clear();
    bench.replica().queueRemoved(1);
    frontend.settleDown();
    assertThat(get).isCompletedExceptionally();
  }

  /** What consumers of other nodes hold is not known to a new leader at once. */
  @Test
  void aPurgeWaitsUntilTheFrontendsHaveSaidWhatTheyHold() {
    Bench bench = new Bench(1, 2);
    Frontend holder = bench.frontend(1);
    Frontend purger = bench.frontend(2);
    holder.connect();
    purger.connect();
    holder.publish("held");
    holder.settleDown();
    purger.settleDown();
    CompletableFuture<GetResult> get = holder.client.get(QUEUE, false);
    holder.settleDown();
    assertThat(get.join().delivery()).isNotNull();

    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(2);
    bench.commitAll();
    purger.connect();
    CompletableFuture<Long> purged = purger.client.purge(QUEUE);
    purger.settleDown();
    assertThat(purged).isNotDone();
    holder.connect();
    holder.settleDown();
    purger.settleDown();
    assertThat(purged).isCompletedWithValue(0L);
  }

  /** Its node was away for so long that its messages were given to others: its acks took them. */
  @Test
  void whatWasTakenFromAConsumerIsNotSettledByIt() {
    Bench bench = new Bench(1, 2);
    Frontend slow = bench.frontend(1);
    Frontend other = bench.frontend(2);
    slow.connect();
    other.connect();
    slow.publish("one");
    slow.settleDown();
    other.settleDown();
    Consumer first = new Consumer();
    CompletableFuture<Subscription> firstSubscription =
        slow.client.subscribe(QUEUE, spec(false, 1), first);
    slow.settleDown();
    assertThat(first.deliveries).hasSize(1);

    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(2);
    bench.commitAll();
    other.connect();
    bench.handoverEnds(); // the next leader has waited long enough for the slow one
    Consumer second = new Consumer();
    CompletableFuture<Subscription> secondSubscription =
        other.client.subscribe(QUEUE, spec(false, 1), second);
    other.settleDown();
    assertThat(second.deliveries).hasSize(1);

    List<Outcome> outcomes = new ArrayList<>();
    slow.client.settle(QUEUE, firstSubscription.join().id(), new long[] {1}, true, outcomes::add);
    slow.connect();
    slow.settleDown();
    assertThat(outcomes).hasSize(1);
    CompletableFuture<QueueStats> stats = other.client.stats(QUEUE);
    other.settleDown();
    assertThat(stats.join().unacked()).isEqualTo(1);

    other.client.settle(QUEUE, secondSubscription.join().id(), new long[] {1}, true, outcomes::add);
    other.settleDown();
    stats = other.client.stats(QUEUE);
    other.settleDown();
    assertThat(stats.join().unacked() + stats.join().ready()).isZero();
  }

  /** A settle that was under way when its leader went is the holder's still, at the next. */
  @Test
  void aSettleIsSentAgainToTheNextLeader() {
    Holding test = new Holding();
    test.bench.replica().onLeadershipLost();
    List<Outcome> outcomes = new ArrayList<>();
    test.frontend.client.settle(QUEUE, test.subscription.id(), new long[] {1}, true, outcomes::add);
    test.bench.run();
    test.bench.replica().onLeaderReady(2);
    test.bench.commitAll();
    test.frontend.connect();
    test.frontend.settleDown();
    assertThat(outcomes).containsExactly(Outcome.ACCEPTED);
    CompletableFuture<QueueStats> stats = test.frontend.client.stats(QUEUE);
    test.frontend.settleDown();
    assertThat(stats.join().unacked() + stats.join().ready()).isZero();
    assertThat(test.consumer.deliveries).hasSize(1);
  }

  /** A consumer that was away for so long that another has its message by now. */
  private static final class Overtaken {
    final Bench bench = new Bench(1, 2);
    final Frontend slow = bench.frontend(1);
    final Frontend other = bench.frontend(2);
    final Consumer first = new Consumer();
    final Consumer second = new Consumer();
    final CompletableFuture<Subscription> firstSubscription;
    final CompletableFuture<Subscription> secondSubscription;

    Overtaken() {
      slow.connect();
      other.connect();
      slow.publish("one");
      slow.settleDown();
      other.settleDown();
      firstSubscription = slow.client.subscribe(QUEUE, spec(false, 2), first);
      slow.settleDown();
      assertThat(first.deliveries).hasSize(1);
      bench.leadsAgain(2);
      other.connect();
      bench.handoverEnds(); // the next leader has waited long enough for the slow one
      secondSubscription = other.client.subscribe(QUEUE, spec(false, 1), second);
      other.settleDown();
      assertThat(second.deliveries).hasSize(1);
    }

    QueueStats stats() {
      CompletableFuture<QueueStats> stats = other.client.stats(QUEUE);
      other.settleDown();
      return stats.join();
    }
  }

  /** Seed 2446: a requeue from before the link broke gave back what had been given out since. */
  @Test
  void whatWasGivenBackWhileAttachingIsNotWhatComesAfterwards() {
    Overtaken test = new Overtaken();
    test.other.client.requeue(
        QUEUE, test.secondSubscription.join().id(), new long[] {1}, outcome -> {});
    test.bench.run();
    test.slow.connect();
    test.bench.run();
    test.slow.client.requeue(
        QUEUE, test.firstSubscription.join().id(), new long[] {1}, outcome -> {});
    test.bench.commitAll(); // what the other gave back goes to the slow one again
    test.slow.settleDown();
    assertThat(test.first.deliveries).hasSize(2);
    assertThat(test.stats().unacked()).isEqualTo(1);
  }

  /** Seed 3952: refused, but not known to be, it was taken for held: it was out for ever. */
  @Test
  void whatASettleDidNotSettleIsNotHeldAfterwards() {
    Overtaken test = new Overtaken();
    test.slow.connect();
    test.slow.settleDown();
    List<Outcome> outcomes = new ArrayList<>();
    test.slow.client.settle(
        QUEUE, test.firstSubscription.join().id(), new long[] {1}, true, outcomes::add);
    test.bench.commitAll(); // applied to nothing, and its answer lost

    test.bench.leadsAgain(3);
    test.slow.connect();
    test.slow.settleDown();
    assertThat(outcomes).hasSize(1);
    test.other.connect();
    test.other.settleDown();
    test.other.client.settle(
        QUEUE, test.secondSubscription.join().id(), new long[] {1}, true, outcomes::add);
    test.other.settleDown();
    QueueStats stats = test.stats();
    assertThat(stats.unacked() + stats.ready()).isZero();
  }

  /**
   * Seed 2376: of two settles of one message, both unanswered when the leader changed, the first
   * was refused: only the second counted, and it might have got lost after the first was answered.
   */
  @Test
  void theFirstOfTwoUnansweredSettlesSettles() {
    Holding test = new Holding();
    test.bench.replica().onLeadershipLost();
    long holder = test.subscription.id();
    for (int i = 0; i < 2; i++) {
      test.frontend.client.settle(QUEUE, holder, new long[] {1}, true, outcome -> {});
    }
    test.bench.run();
    test.bench.replica().onLeaderReady(2);
    test.bench.commitAll();
    test.frontend.connect();
    test.frontend.settleDown();
    assertThat(test.bench.committed)
        .filteredOn(Operation::hasSettle)
        .extracting(operation -> operation.getSettle().getPositionsList())
        .first()
        .isEqualTo(List.of(1L));
  }

  /**
   * Found by ClientRecoveryIT: a node that was lost for long enough, came back and was lost again
   * within a second was never given up; what was published to its memory waited for ever.
   */
  @Test
  void aNodeThatIsLostAgainAtOnceIsGivenUpAgain() {
    Bench bench = new Bench(1);
    Frontend frontend = bench.frontend(1);
    frontend.connect();
    frontend.settleDown();
    frontend.client.leaderLost();
    for (int i = 0; i < 5; i++) {
      frontend.client.abandonAfter(3);
    }
    assertThat(frontend.client.isAbandoned()).isTrue();

    frontend.connect();
    frontend.client.leaderLost();
    frontend.publish("one");
    frontend.client.abandonAfter(3);
    frontend.client.abandonAfter(3);
    assertThat(frontend.outcomes).isEmpty();
    frontend.client.abandonAfter(3);
    assertThat(frontend.outcomes).containsExactly(Outcome.REJECTED);
  }

  private static QueueStats stats(Frontend frontend) {
    CompletableFuture<QueueStats> stats = frontend.client.stats(QUEUE);
    frontend.settleDown();
    return stats.join();
  }

  /**
   * Its connection was closed while nobody led for longer than a request waits: the next leader
   * gave it messages, which were out with nobody (chaos seed 3009, and all worlds with impatient
   * frontends).
   */
  @Test
  void aConsumerWhoseCancelNobodyAnsweredIsNoneOfTheNextLeaders() {
    Holding test = new Holding();
    test.subscription.grant(10, 0);
    test.frontend.settleDown();
    test.bench.replica().onLeadershipLost();
    test.frontend.client.leaderLost();
    CompletableFuture<Void> cancelled = test.subscription.cancel();
    test.frontend.client.tick(0);
    assertThat(cancelled).isCompletedExceptionally();
    test.frontend.client.requeue(QUEUE, test.subscription.id(), new long[] {1}, outcome -> {});
    test.frontend.publish("two");

    test.bench.leadsAgain(2);
    test.frontend.connect();
    test.frontend.settleDown();
    assertThat(stats(test.frontend))
        .extracting("ready", "unacked", "consumers")
        .containsExactly(2L, 0L, 0);
    assertThat(test.consumer.deliveries).hasSize(1);
  }

  /** As above, but its leader was there and did not come to it in time. */
  @Test
  void aConsumerWhoseCancelIsAnsweredLateIsGoneThen() {
    Holding test = new Holding();
    test.subscription.grant(1, 0);
    test.frontend.publish("two"); // on its way to the consumer when that is cancelled
    CompletableFuture<Void> cancelled = test.subscription.cancel();
    test.bench.commitAll();
    test.frontend.client.tick(0);
    assertThat(cancelled).isCompletedExceptionally();
    test.frontend.client.requeue(QUEUE, test.subscription.id(), new long[] {1}, outcome -> {});
    test.frontend.settleDown();
    assertThat(stats(test.frontend))
        .extracting("ready", "unacked", "consumers")
        .containsExactly(2L, 0L, 0);
    assertThat(test.consumer.deliveries).hasSize(1);
  }

  /** The cancel came behind the handover: without acks, what was delivered in between was lost. */
  @Test
  void aNewLeaderGivesNothingToAConsumerThatIsBeingCancelled() {
    Holding test = new Holding();
    test.frontend.publish("two");
    test.frontend.settleDown();
    test.bench.replica().onLeadershipLost();
    test.frontend.client.leaderLost();
    test.subscription.grant(10, 0);
    CompletableFuture<Void> cancelled = test.subscription.cancel();

    test.bench.leadsAgain(2);
    test.frontend.connect();
    test.frontend.settleDown();
    assertThat(cancelled).isCompleted();
    assertThat(test.consumer.deliveries).hasSize(1);
    assertThat(stats(test.frontend))
        .extracting("ready", "unacked", "consumers")
        .containsExactly(1L, 1L, 0);
  }

  /**
   * Where more than a thousand queues are polled, what holds for them is dropped when it holds
   * nothing: also while the next get was under way, which then was held by nobody.
   */
  @Test
  void whatAGetBringsIsHeldAlsoWhereManyQueuesArePolled() {
    Bench bench = new Bench(1);
    Frontend frontend = bench.frontend(1);
    bench.lastQueueId = 2_000;
    frontend.connect();
    frontend.publish("one");
    frontend.publish("two");
    frontend.settleDown();
    CompletableFuture<GetResult> first = frontend.client.get(QUEUE, false);
    frontend.settleDown();
    for (long queue = 2; queue <= 1_002; queue++) {
      bench.queues.add(queue);
      frontend.client.get(new QueueRef(queue, 0), false);
    }
    frontend.settleDown();
    frontend.client.settle(QUEUE, first.join().holder(), new long[] {1}, true, outcome -> {});
    CompletableFuture<GetResult> second = frontend.client.get(QUEUE, false);
    for (long queue = 1_003; queue <= 1_010; queue++) {
      bench.queues.add(queue);
      frontend.client.get(new QueueRef(queue, 0), false);
    }
    frontend.settleDown();
    assertThat(second.join().delivery().position()).isEqualTo(2);

    bench.leadsAgain(2);
    frontend.connect();
    frontend.settleDown();
    assertThat(stats(frontend)).extracting("ready", "unacked").containsExactly(0L, 1L);
    frontend.client.settle(QUEUE, second.join().holder(), new long[] {2}, true, outcome -> {});
    frontend.settleDown();
    assertThat(stats(frontend)).extracting("ready", "unacked").containsExactly(0L, 0L);
  }

  /**
   * A node that catches up on definitions by a snapshot is not told of each queue that has gone.
   */
  @Test
  void theConsumersOfAnUndefinedQueueAreToldAlsoIfItNeverHadAMessage() {
    Bench bench = new Bench(1);
    Frontend frontend = bench.frontend(1);
    frontend.connect();
    frontend.settleDown();
    Consumer consumer = new Consumer();
    frontend.client.subscribe(QUEUE, spec(false, 1), consumer);
    frontend.settleDown();
    bench.queues.remove(1L);
    bench.replica().removeUndefinedQueues();
    frontend.settleDown();
    assertThat(consumer.events).containsExactly("deleted");
  }
}
