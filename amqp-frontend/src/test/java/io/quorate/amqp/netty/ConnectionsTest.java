package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import io.quorate.amqp.engine.ConnectionEngine;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.amqp.protocol.method.ConnectionOpen;
import io.quorate.amqp.protocol.method.ConnectionOpenOk;
import io.quorate.amqp.protocol.method.ConnectionStart;
import io.quorate.amqp.protocol.method.ConnectionTune;
import io.quorate.amqp.protocol.method.ConnectionTuneOk;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heartbeats, limits, shutting down, figures. */
@ExtendWith(SharedBroker.class)
class ConnectionsTest {

  private final Broker broker;

  ConnectionsTest(Broker broker) {
    this.broker = broker;
  }

  @Test
  void a_client_with_heartbeats_stays_connected_while_idle() throws Exception {
    ConnectionFactory factory = broker.factory();
    factory.setRequestedHeartbeat(1);
    try (Connection connection = factory.newConnection()) {
      assertThat(connection.getHeartbeat()).isEqualTo(1);
      CompletableFuture<ShutdownSignalException> closed = new CompletableFuture<>();
      connection.addShutdownListener(closed::complete);
      assertThatThrownBy(() -> closed.get(4, TimeUnit.SECONDS))
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      assertThat(connection.createChannel().queueDeclare().getQueue()).isNotEmpty();
    }
  }

  @Test
  void a_client_that_misses_heartbeats_is_dropped() throws Exception {
    try (RawClient client = new RawClient(broker.port())) {
      client.sendHeader();
      client.expect(0, ConnectionStart.class);
      client.login("PLAIN", "\0guest\0guest");
      ConnectionTune tune = client.expect(0, ConnectionTune.class);
      client.send(0, new ConnectionTuneOk(tune.channelMax(), tune.frameMax(), 1));
      client.send(0, new ConnectionOpen("/"));
      client.expect(0, ConnectionOpenOk.class);
      client.expectEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"silent", "open", "closed in order"})
  void a_connection_that_is_gone_leaves_nothing_in_memory(String how) throws Exception {
    // its timers, of the handshake or of the close, would keep it until their time has come
    int longMs = 600_000;
    try (Broker patient =
        new Broker(config -> config.withHandshakeTimeoutMs(longMs).withCloseTimeoutMs(longMs))) {
      long others = engines();
      for (int i = 0; i < 50; i++) {
        try (RawClient client =
            how.equals("silent")
                ? new RawClient(patient.port())
                : RawClient.open(patient.port()).openChannel(1)) {
          if (how.equals("closed in order")) {
            client.leave();
          }
        }
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (engines() > others) {
        assertThat(System.nanoTime()).as("until they are gone").isLessThan(deadline);
        Thread.sleep(100);
      }
    }
  }

  /** How many connections there are in the memory of this process, after a full collection. */
  private static long engines() throws Exception {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    return histogram
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(line -> line.length > 3 && line[3].equals(ConnectionEngine.class.getName()))
        .mapToLong(line -> Long.parseLong(line[1]))
        .sum();
  }

  @Test
  void connections_over_the_limit_are_closed() throws Exception {
    try (Broker small = new Broker(config -> config.withMaxConnections(1));
        Connection first = small.connect();
        RawClient second = new RawClient(small.port())) {
      assertThat(second.rest()).isEmpty();
      assertThat(first.createChannel().queueDeclare().getQueue()).isNotEmpty();
    }
  }

  @Test
  void clients_are_told_when_the_server_stops() throws Exception {
    Broker stopping = new Broker(config -> config);
    Connection connection = stopping.connect();
    CompletableFuture<ShutdownSignalException> closed = new CompletableFuture<>();
    connection.addShutdownListener(closed::complete);
    stopping.close();
    AMQP.Connection.Close close =
        (AMQP.Connection.Close) closed.get(10, TimeUnit.SECONDS).getReason();
    assertThat(close.getReplyCode()).isEqualTo(320);
    assertThat(close.getReplyText()).isEqualTo("CONNECTION_FORCED - node is shutting down");
  }

  @Test
  void a_publisher_that_floods_is_slowed_and_loses_nothing() throws Exception {
    try (Broker narrow = new Broker(config -> config.withMaxUnconfirmedBytes(100_000));
        Connection connection = narrow.connect()) {
      Channel channel = connection.createChannel();
      channel.queueDeclare("flood", true, false, false, null);
      channel.confirmSelect();
      for (int i = 0; i < 2_000; i++) {
        channel.basicPublish("", "flood", null, new byte[10_000]);
      }
      channel.waitForConfirmsOrDie(60_000);
      assertThat(channel.messageCount("flood")).isEqualTo(2_000);
    }
  }

  @Test
  void what_unfinished_messages_hold_is_bounded() throws Exception {
    int most = 10_000;
    try (Broker narrow =
            new Broker(
                config -> config.withMaxMessageBytes(most).withMaxUnconfirmedBytes(2L * most));
        RawClient client = RawClient.open(narrow.port())) {
      // four messages, and two that may be unconfirmed: with what it takes to keep them, too much
      int channels = 4 + 2;
      for (int channel = 1; channel <= channels; channel++) {
        client.openChannel(channel);
      }
      for (int channel = 1; channel <= channels; channel++) {
        client.send(channel, new BasicPublish("", "q", false, false));
        client.sendContentHeader(channel, most);
        client.sendBody(channel, "x".repeat(most - 1));
      }
      ConnectionClose close = client.expectConnectionError(ReplyCode.RESOURCE_ERROR);
      assertThat(close.replyText())
          .isEqualTo(
              "RESOURCE_ERROR - unfinished messages on all channels together hold more than 60000"
                  + " bytes");
    }
  }

  @Test
  void what_happens_is_counted() throws Exception {
    try (Broker counted = new Broker(config -> config)) {
      try (Connection connection = counted.connect()) {
        Channel channel = connection.createChannel();
        String queue = channel.queueDeclare().getQueue();
        channel.confirmSelect();
        for (int i = 0; i < 10; i++) {
          channel.basicPublish("", i == 0 ? "nobody" : queue, true, null, new byte[1]);
        }
        channel.waitForConfirmsOrDie(10_000);
        CompletableFuture<Void> ninth = new CompletableFuture<>();
        channel.basicConsume(
            queue,
            (tag, delivery) -> {
              channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
              if (delivery.getEnvelope().getDeliveryTag() == 9) {
                ninth.complete(null);
              }
            },
            tag -> {});
        ninth.get(10, TimeUnit.SECONDS);
        channel.basicQos(1);
        assertThat(counted.count("quorate.amqp.messages.published")).isEqualTo(10);
        assertThat(counted.count("quorate.amqp.messages.confirmed")).isEqualTo(10);
        assertThat(counted.count("quorate.amqp.messages.returned")).isEqualTo(1);
        assertThat(counted.count("quorate.amqp.messages.delivered")).isEqualTo(9);
        assertThat(counted.count("quorate.amqp.messages.acked")).isEqualTo(9);
        assertThat(counted.registry.get("quorate.amqp.connections").gauge().value()).isEqualTo(1);
        assertThat(counted.registry.get("quorate.amqp.channels").gauge().value()).isEqualTo(1);
        assertThat(counted.registry.get("quorate.amqp.consumers").gauge().value()).isEqualTo(1);
        assertThat(counted.registry.get("quorate.amqp.publish.latency").timer().count())
            .isEqualTo(9);
      }
      assertThat(counted.registry.get("quorate.amqp.channels").gauge().value()).isZero();
      assertThat(counted.registry.get("quorate.amqp.consumers").gauge().value()).isZero();
    }
  }
}
