package io.quorate.raftqueue.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import io.quorate.raftqueue.simulation.Bench.Frontend;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Auto-delete queues whose consumers' nodes die. */
class AutoDeleteTest {

  private static final QueueRef QUEUE = new QueueRef(1, 0);

  private final Bench bench = new Bench(1, 2);
  private final Frontend consuming = bench.frontend(1);
  private final Frontend other = bench.frontend(2);

  private static final class Idle implements DeliveryListener {
    @Override
    public void onDeliveries(List<Delivery> deliveries) {}

    @Override
    public void onQueueDeleted() {}
  }

  AutoDeleteTest() {
    bench.autoDelete.add(1L);
    consuming.connect();
    other.connect();
    consuming.settleDown();
    other.settleDown();
    bench.graceEnds();
  }

  private static CompletableFuture<Subscription> subscribe(Frontend frontend) {
    CompletableFuture<Subscription> subscription =
        frontend.client.subscribe(QUEUE, new SubscriptionSpec(false, false, 0, 10), new Idle());
    frontend.settleDown();
    return subscription;
  }

  @Test
  void aQueueGoesWithTheNodeOfItsLastConsumer() {
    assertThat(subscribe(consuming)).isCompleted();
    consuming.disconnect();
    assertThat(bench.deleted).isEmpty();
    bench.graceEnds();
    assertThat(bench.deleted).as("before it is in the log").isEmpty();
    bench.commitAll();
    assertThat(bench.deleted).containsExactly(1L);
    assertThat(subscribe(other)).isCompletedExceptionally();
  }

  @Test
  void aQueueStaysWhileAnotherNodeConsumes() {
    assertThat(subscribe(consuming)).isCompleted();
    assertThat(subscribe(other)).isCompleted();
    consuming.disconnect();
    bench.graceEnds();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();
  }

  @Test
  void aQueueStaysIfItsNodeComesBackInTime() {
    assertThat(subscribe(consuming)).isCompleted();
    consuming.disconnect();
    consuming.connect();
    consuming.settleDown();
    bench.graceEnds();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();
  }

  @Test
  void aQueueThatNobodyHasConsumedFromStays() {
    consuming.publish("one");
    consuming.settleDown();
    consuming.disconnect();
    bench.graceEnds();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();
    assertThat(subscribe(other)).isCompleted();
  }

  /** Leader and consumer were on the same node: who leads next knows of the consumer by the log. */
  @Test
  void theNextLeaderDeletesAQueueWhoseConsumerWentWithTheLeader() {
    assertThat(subscribe(consuming)).isCompleted();
    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(2);
    bench.commitAll();
    other.connect();
    other.settleDown();
    assertThat(bench.deleted).isEmpty();
    bench.handoverEnds();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();
    bench.waitForSlowFrontendsEnds();
    bench.commitAll();
    assertThat(bench.deleted).containsExactly(1L);
  }

  @Test
  void aSlowFrontendFindsItsQueueAtTheNextLeader() {
    assertThat(subscribe(consuming)).isCompleted();
    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(2);
    bench.commitAll();
    other.connect();
    other.settleDown();
    bench.handoverEnds();
    consuming.connect();
    consuming.settleDown();
    bench.waitForSlowFrontendsEnds();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();
  }

  @Test
  void theNextLeaderKeepsAQueueWhoseConsumerIsHandedOver() {
    assertThat(subscribe(consuming)).isCompleted();
    bench.replica().onLeadershipLost();
    bench.replica().onLeaderReady(2);
    bench.commitAll();
    other.connect();
    consuming.connect();
    other.settleDown();
    consuming.settleDown();
    bench.handoverEnds();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();
  }

  /** A consumer that has heard of its subscription is known to the log. */
  @Test
  void aSubscriptionIsAnsweredWhenTheMarkIsApplied() {
    CompletableFuture<Subscription> subscription =
        consuming.client.subscribe(QUEUE, new SubscriptionSpec(false, false, 0, 10), new Idle());
    bench.run();
    consuming.receive();
    assertThat(subscription).isNotDone();
    consuming.settleDown();
    assertThat(subscription).isCompleted();
  }

  // ---- declared again, by the client that has lost its node

  private CompletableFuture<QueueStats> declareAgain(Frontend frontend) {
    CompletableFuture<QueueStats> stats = frontend.client.declared(QUEUE);
    frontend.settleDown();
    return stats;
  }

  /** It was deleted a second later, under the hands of the client that had it declared again. */
  @Test
  void aQueueThatIsDeclaredAgainBeforeItsNodeIsGivenUpStays() {
    assertThat(subscribe(consuming)).isCompleted();
    consuming.disconnect();
    assertThat(declareAgain(other)).isCompleted();
    bench.graceEnds();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();

    assertThat(subscribe(other)).isCompleted();
    other.disconnect();
    bench.graceEnds();
    bench.commitAll();
    assertThat(bench.deleted).as("with its new consumer").containsExactly(1L);
  }

  @Test
  void aQueueThatIsDeclaredAgainTooLateIsAnother() {
    assertThat(subscribe(consuming)).isCompleted();
    consuming.disconnect();
    bench.graceEnds();
    assertThat(declareAgain(other)).isCompletedExceptionally();
    assertThat(bench.deleted).containsExactly(1L);
  }

  /** Its consumer may be gone when this one comes. */
  @Test
  void declaringAgainDoesNotKeepAQueueThatHasAConsumer() {
    CompletableFuture<Subscription> subscription = subscribe(consuming);
    assertThat(declareAgain(other)).isCompleted();
    CompletableFuture<Void> cancelled = subscription.join().cancel();
    consuming.settleDown();
    assertThat(cancelled).isCompleted();
    CompletableFuture<QueueStats> closed = consuming.client.close(QUEUE, true, false, true);
    consuming.settleDown();
    assertThat(closed).isCompleted();
    assertThat(bench.deleted).containsExactly(1L);
  }

  /** The last consumer is cancelled on one node while another declares the queue for its own. */
  @Test
  void aQueueThatIsDeclaredAgainDoesNotGoWithTheConsumerItHadBefore() {
    assertThat(subscribe(consuming)).isCompleted();
    consuming.disconnect();
    CompletableFuture<QueueStats> declared = other.client.declared(QUEUE);
    CompletableFuture<QueueStats> closed = other.client.close(QUEUE, true, false, true);
    bench.run();
    bench.graceEnds();
    other.settleDown();
    assertThat(declared).isCompleted();
    assertThat(closed).isCompletedExceptionally();
    assertThat(bench.deleted).isEmpty();
  }

  /** Who has no link when a leadership begins has a moment to come, as at any other time. */
  @Test
  void aQueueStaysWhoseConsumerIsOnItsWayToANewLeader() {
    assertThat(subscribe(consuming)).isCompleted();
    bench.unlinked(1);
    bench.leadsAgain(2);
    other.connect();
    other.settleDown();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();
    consuming.connect();
    consuming.settleDown();
    bench.graceEnds();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();
  }

  /** Its answer was lost with the link: it is asked again, and the queue is marked already. */
  @Test
  void aQueueStaysWhoseFirstConsumerIsAboutToBeToldThatItIsThere() {
    CompletableFuture<Subscription> subscription =
        consuming.client.subscribe(QUEUE, new SubscriptionSpec(false, false, 0, 10), new Idle());
    bench.commitAll();
    consuming.disconnect();
    consuming.connect();
    consuming.settleDown();
    assertThat(subscription).isCompleted();
    bench.graceEnds();
    bench.commitAll();
    assertThat(bench.deleted).isEmpty();
  }

  @Test
  void aQueueGoesWhoseConsumerDoesNotComeToANewLeader() {
    assertThat(subscribe(consuming)).isCompleted();
    bench.unlinked(1);
    bench.leadsAgain(2);
    other.connect();
    other.settleDown();
    bench.graceEnds();
    bench.commitAll();
    assertThat(bench.deleted).containsExactly(1L);
  }

  /** Its link was only broken for a moment: the queue goes with this consumer after all. */
  @Test
  void aConsumerThatComesBackMarksTheQueueAgain() {
    assertThat(subscribe(consuming)).isCompleted();
    consuming.disconnect();
    assertThat(declareAgain(other)).isCompleted();
    consuming.connect();
    consuming.settleDown();
    consuming.disconnect();
    bench.graceEnds();
    bench.commitAll();
    assertThat(bench.deleted).containsExactly(1L);
  }
}
