package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transactions, beyond what the conversations show: many messages, their bounds and their end. */
@ExtendWith(SharedBroker.class)
class TransactionsTest {

  private final Broker broker;
  private final String queue = "transactions-" + System.nanoTime();
  private Connection connection;
  private Channel channel;
  private Channel other;

  TransactionsTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void connect() throws Exception {
    connection = broker.connect();
    channel = connection.createChannel();
    other = connection.createChannel();
    channel.queueDeclare(queue, true, false, false, null);
    channel.txSelect();
  }

  @AfterEach
  void close() throws Exception {
    try (Connection cleaner = broker.connect()) {
      cleaner.createChannel().queueDelete(queue);
    }
    connection.abort();
  }

  @Test
  void a_commit_of_nothing_is_answered() throws Exception {
    channel.txCommit();
    channel.txRollback();
    channel.txSelect();
    channel.txCommit();
    assertThat(other.messageCount(queue)).isZero();
  }

  @Test
  void messages_are_there_when_the_commit_is_answered() throws Exception {
    for (int round = 1; round <= 3; round++) {
      publish(channel, 500, 100);
      assertThat(other.messageCount(queue)).isEqualTo((round - 1) * 500L);
      channel.txCommit();
      assertThat(other.messageCount(queue)).isEqualTo(round * 500L);
    }
    for (int i = 0; i < 1500; i++) {
      GetResponse message = other.basicGet(queue, true);
      assertThat(message.getEnvelope().isRedeliver()).isFalse();
      assertThat(message.getProps().getMessageId()).isEqualTo(Integer.toString(i % 500));
    }
  }

  @Test
  void a_rollback_leaves_deliveries_with_the_client() throws Exception {
    publish(other, 3, 1);
    long first = channel.basicGet(queue, false).getEnvelope().getDeliveryTag();
    long second = channel.basicGet(queue, false).getEnvelope().getDeliveryTag();
    channel.basicAck(second, false);
    channel.basicNack(first, false, true);
    channel.txRollback();
    assertThat(other.messageCount(queue)).isEqualTo(1);
    channel.basicAck(second, true);
    channel.txCommit();
    channel.close();
    assertThat(other.messageCount(queue)).as("none came back").isEqualTo(1);
  }

  @Test
  void a_channel_that_ends_gives_back_what_it_had_answered() throws Exception {
    publish(other, 4, 1);
    for (int i = 0; i < 4; i++) {
      channel.basicGet(queue, false);
    }
    channel.basicAck(2, true);
    channel.basicReject(3, false);
    publish(channel, 7, 1);
    channel.close();
    for (int i = 0; i < 4; i++) {
      GetResponse back = other.basicGet(queue, true);
      assertThat(back.getEnvelope().isRedeliver()).isTrue();
      assertThat(back.getProps().getMessageId()).isEqualTo(Integer.toString(i));
    }
    assertThat(other.basicGet(queue, true)).isNull();
  }

  @Test
  void acks_make_room_for_deliveries_only_when_committed() throws Exception {
    publish(other, 2, 1);
    CompletableFuture<Long> one = new CompletableFuture<>();
    CompletableFuture<Long> two = new CompletableFuture<>();
    channel.basicQos(1);
    channel.basicConsume(
        queue,
        (tag, delivery) ->
            (one.isDone() ? two : one).complete(delivery.getEnvelope().getDeliveryTag()),
        tag -> {});
    channel.basicAck(one.get(10, TimeUnit.SECONDS), false);
    channel.txRollback();
    channel.basicAck(one.get(), false);
    assertThat(other.messageCount(queue)).isEqualTo(1);
    assertThat(two).isNotDone();
    channel.txCommit();
    assertThat(two.get(10, TimeUnit.SECONDS)).isEqualTo(2);
  }

  @Test
  void more_than_may_be_unconfirmed_can_be_committed() throws Exception {
    try (Broker narrow = new Broker(config -> config.withMaxUnconfirmedBytes(10_000));
        Connection client = narrow.connect()) {
      Channel transacted = client.createChannel();
      transacted.queueDeclare(queue, true, false, false, null);
      transacted.txSelect();
      publish(transacted, 50, 5_000);
      transacted.txCommit();
      publish(transacted, 50, 5_000);
      transacted.txCommit();
      assertThat(transacted.messageCount(queue)).isEqualTo(100);
    }
  }

  @Test
  void more_than_may_be_held_closes_the_channel_and_frees_what_it_held() throws Exception {
    try (Broker narrow = new Broker(config -> config.withMaxTransactionBytes(100_000));
        Connection client = narrow.connect()) {
      Channel first = client.createChannel();
      first.queueDeclare(queue, true, false, false, null);
      first.txSelect();
      publish(first, 9, 10_000);
      first.txCommit();
      publish(first, 5, 10_000);
      Channel second = client.createChannel();
      second.txSelect();
      CompletableFuture<ShutdownSignalException> closed = new CompletableFuture<>();
      second.addShutdownListener(closed::complete);
      publish(second, 5, 10_000);
      AMQP.Channel.Close why = (AMQP.Channel.Close) closed.get(10, TimeUnit.SECONDS).getReason();
      assertThat(why.getReplyCode()).isEqualTo(406);
      assertThat(why.getReplyText()).contains("100000 bytes", "amqp.transaction-bytes");
      publish(first, 4, 10_000);
      first.txCommit();
      assertThat(first.messageCount(queue)).isEqualTo(18);
    }
  }

  @Test
  void names_count_as_well() throws Exception {
    try (Broker narrow = new Broker(config -> config.withMaxTransactionBytes(100_000));
        Connection client = narrow.connect()) {
      Channel transacted = client.createChannel();
      CompletableFuture<ShutdownSignalException> closed = new CompletableFuture<>();
      transacted.addShutdownListener(closed::complete);
      transacted.txSelect();
      // without their names some 330 bytes each
      try {
        for (int i = 0; i < 200; i++) {
          transacted.basicPublish("", "k".repeat(255), null, new byte[0]);
        }
      } catch (AlreadyClosedException e) {
        // as it should be before the last
      }
      assertThat(closed.get(10, TimeUnit.SECONDS).getReason())
          .isInstanceOfSatisfying(
              AMQP.Channel.Close.class, why -> assertThat(why.getReplyCode()).isEqualTo(406));
    }
  }

  private void publish(Channel to, int count, int size) throws IOException {
    for (int i = 0; i < count; i++) {
      to.basicPublish(
          "",
          queue,
          new AMQP.BasicProperties.Builder().messageId(Integer.toString(i)).build(),
          new byte[size]);
    }
  }
}
