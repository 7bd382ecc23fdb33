package io.quorate.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension;
import io.quorate.chaos.cluster.ClusterOptions;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What clients are told of queues that nobody leads: in the memory of a node that is down, and
 * replicated ones without a majority.
 */
class NoLeaderIT {

  private static final String IN_MEMORY = "no-leader-in-memory";
  private static final String REPLICATED = "no-leader-replicated";
  private static final String NODE_IS_DOWN =
      "NOT_FOUND - the home node of this queue, which is not replicated, is down or inaccessible";
  private static final String NO_MAJORITY =
      "INTERNAL_ERROR - no leader of the queue's shard answered in time; it may have no majority";
  private static final String NO_METADATA =
      "INTERNAL_ERROR - no leader of the metadata group answered";

  private interface Use {
    void of(Channel channel, String queue) throws IOException;
  }

  private record Question(String name, int classId, int methodId, Use use) {}

  private static final List<Question> QUESTIONS =
      List.of(
          new Question("queue.declare passive", 50, 10, Channel::queueDeclarePassive),
          new Question("queue.purge", 50, 30, Channel::queuePurge),
          new Question("queue.delete if-empty", 50, 40, (c, q) -> c.queueDelete(q, false, true)),
          new Question("basic.consume", 60, 20, (c, q) -> c.basicConsume(q, (t, d) -> {}, t -> {})),
          new Question("basic.get", 60, 70, (c, q) -> c.basicGet(q, true)));

  private static final Question DECLARE =
      new Question(
          "queue.declare", 50, 10, (c, q) -> c.queueDeclare(q, true, false, false, Map.of()));

  @Test
  void clientsAreToldWithTheCodesOfRabbitMq() throws Exception {
    // longer than it takes to give up the memory of a node that is down
    ClusterOptions options = ClusterOptions.named("no-leader").with("store.request-timeout", "10s");
    try (LocalCluster cluster = LocalCluster.start(options)) {
      Connection leaving = Amqp.connect(cluster, 3);
      leaving.createChannel().queueDeclare(IN_MEMORY, false, false, false, Map.of());
      try (Connection staying = Amqp.connect(cluster, 1)) {
        staying.createChannel().queueDeclare(REPLICATED, true, false, false, Map.of());
        cluster.kill(3);
        for (Question question : QUESTIONS) {
          assertChannelError(staying.createChannel(), question);
        }
        assertThat(staying.createChannel().queueDeclarePassive(REPLICATED)).isNotNull();
      }
      cluster.kill(2);
      // takes until a leader on the node that is left is certain to have stepped down
      assertConnectionError(cluster, DECLARE, "no-leader-another", NO_METADATA);
      ExecutorService asking = Executors.newCachedThreadPool();
      try {
        List<Future<?>> answers = new ArrayList<>();
        for (Question question : QUESTIONS) {
          answers.add(
              asking.submit(
                  () -> assertConnectionError(cluster, question, REPLICATED, NO_MAJORITY)));
        }
        for (Future<?> answer : answers) {
          answer.get();
        }
      } finally {
        asking.shutdownNow();
      }
      ClusterExtension.assertClean(cluster, "no-leader");
    }
  }

  /** It would have been given messages by the next leader, and kept all others from the queue. */
  @Test
  void aConsumerThatLeftWhileNobodyLedIsNotThereAfterwards() throws Exception {
    ClusterOptions options = ClusterOptions.named("left").with("store.request-timeout", "2s");
    try (LocalCluster cluster = LocalCluster.start(options)) {
      Connection leaving = Amqp.connect(cluster, 1);
      Channel consuming = leaving.createChannel();
      consuming.queueDeclare(REPLICATED, true, false, false, Map.of());
      consuming.confirmSelect();
      for (int i = 0; i < 50; i++) {
        consuming.basicPublish("", REPLICATED, null, new byte[10]);
      }
      consuming.waitForConfirmsOrDie(30_000);
      consuming.basicQos(20);
      CountDownLatch delivered = new CountDownLatch(20);
      consuming.basicConsume(
          REPLICATED,
          false,
          "",
          false,
          true,
          Map.of(),
          (tag, delivery) -> delivered.countDown(),
          tag -> {});
      assertThat(delivered.await(30, TimeUnit.SECONDS)).isTrue();
      cluster.kill(2, 3);
      Await.pause(Duration.ofSeconds(3)); // until the leader on node 1 has stepped down
      leaving.abort(1_000);
      Await.pause(Duration.ofSeconds(6)); // several times longer than a request waits
      cluster.start(2, 3);
      cluster.awaitReady();
      try (Connection next = Amqp.connect(cluster, 1)) {
        Await.until(
            "the consumer has gone and all it held is back",
            Duration.ofSeconds(20),
            () -> {
              AMQP.Queue.DeclareOk seen = next.createChannel().queueDeclarePassive(REPLICATED);
              return seen.getConsumerCount() == 0 && seen.getMessageCount() == 50;
            });
        CountDownLatch all = new CountDownLatch(50);
        Channel channel = next.createChannel();
        channel.basicConsume(
            REPLICATED,
            true,
            "",
            false,
            true,
            Map.of(),
            (tag, delivery) -> all.countDown(),
            tag -> {});
        assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
      }
      ClusterExtension.assertClean(cluster, "left");
    }
  }

  private static void assertChannelError(Channel channel, Question question) {
    ShutdownSignalException told = whatIsTold(channel, question, IN_MEMORY);
    assertThat(told.getReason()).as(question.name()).isInstanceOf(AMQP.Channel.Close.class);
    AMQP.Channel.Close close = (AMQP.Channel.Close) told.getReason();
    assertThat(close.getReplyCode()).as(question.name()).isEqualTo(404);
    assertThat(close.getReplyText()).as(question.name()).isEqualTo(NODE_IS_DOWN);
    assertThat(close.getClassId()).as(question.name()).isEqualTo(question.classId());
    assertThat(close.getMethodId()).as(question.name()).isEqualTo(question.methodId());
  }

  private static @Nullable Void assertConnectionError(
      LocalCluster cluster, Question question, String queue, String text) throws Exception {
    Connection connection = Amqp.connect(cluster, 1);
    ShutdownSignalException told = whatIsTold(connection.createChannel(), question, queue);
    assertThat(told.getReason()).as(question.name()).isInstanceOf(AMQP.Connection.Close.class);
    AMQP.Connection.Close close = (AMQP.Connection.Close) told.getReason();
    assertThat(close.getReplyCode()).as(question.name()).isEqualTo(541);
    assertThat(close.getReplyText()).as(question.name()).startsWith(text);
    assertThat(close.getClassId()).as(question.name()).isEqualTo(question.classId());
    assertThat(close.getMethodId()).as(question.name()).isEqualTo(question.methodId());
    return null;
  }

  private static ShutdownSignalException whatIsTold(
      Channel channel, Question question, String queue) {
    Throwable thrown = catchThrowable(() -> question.use().of(channel, queue));
    assertThat(thrown).as("what %s ends with", question.name()).isNotNull();
    Throwable cause = thrown instanceof ShutdownSignalException ? thrown : thrown.getCause();
    assertThat(cause).as(question.name()).isInstanceOf(ShutdownSignalException.class);
    return (ShutdownSignalException) cause;
  }
}
