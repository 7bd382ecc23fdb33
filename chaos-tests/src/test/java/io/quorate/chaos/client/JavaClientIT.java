package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.RpcClient;
import com.rabbitmq.client.RpcClientParams;
import com.rabbitmq.client.RpcServer;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.StringRpcServer;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Amqp;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code com.rabbitmq:amqp-client} against each node. */
@OnSharedCluster
class JavaClientIT {

  private static final Duration SOON = Duration.ofSeconds(10);

  private interface Work {
    void on(Channel channel) throws Exception;
  }

  private static void with(LocalCluster cluster, int node, Work work) throws Exception {
    try (Connection connection = Amqp.connect(cluster, node)) {
      work.on(connection.createChannel());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String text(GetResponse response) {
    assertThat(response).as("a message").isNotNull();
    return new String(response.getBody(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static void publish(Channel channel, String exchange, String key, String body)
      throws Exception {
    channel.basicPublish(exchange, key, MessageProperties.PERSISTENT_TEXT_PLAIN, bytes(body));
    channel.waitForConfirmsOrDie(10_000);
  }

  /** The protocol's reply code of the exception that an operation ended with. */
  private static int replyCode(Throwable thrown) {
    Throwable cause = thrown instanceof ShutdownSignalException ? thrown : thrown.getCause();
    assertThat(cause).isInstanceOf(ShutdownSignalException.class);
    Object reason = ((ShutdownSignalException) cause).getReason();
    return reason instanceof AMQP.Channel.Close close
        ? close.getReplyCode()
        : ((AMQP.Connection.Close) reason).getReplyCode();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void publishesWithConfirmsAndConsumesWithAcks(int node, LocalCluster cluster) throws Exception {
    String queue = "java-confirms-" + node;
    with(
        cluster,
        node,
        channel -> {
          channel.queueDeclare(queue, true, false, false, Map.of());
          channel.confirmSelect();
          AMQP.BasicProperties properties =
              new AMQP.BasicProperties.Builder()
                  .deliveryMode(2)
                  .contentType("text/plain")
                  .messageId("m-1")
                  .priority(3)
                  .headers(Map.of("number", 42, "text", "wörter", "list", List.of(1, 2)))
                  .build();
          channel.basicPublish("", queue, properties, bytes("first"));
          for (int i = 1; i < 1000; i++) {
            channel.basicPublish(
                "", queue, MessageProperties.PERSISTENT_BASIC, bytes("message " + i));
          }
          channel.waitForConfirmsOrDie(20_000);

          List<String> received = Collections.synchronizedList(new ArrayList<>());
          BlockingQueue<AMQP.BasicProperties> first = new LinkedBlockingQueue<>();
          channel.basicQos(50);
          channel.basicConsume(
              queue,
              false,
              (tag, delivery) -> {
                first.add(delivery.getProperties());
                received.add(
                    new String(delivery.getBody(), java.nio.charset.StandardCharsets.UTF_8));
                channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
              },
              tag -> {});
          Await.until("1000 deliveries", SOON, () -> received.size() == 1000);
          assertThat(received.get(0)).isEqualTo("first");
          assertThat(received.get(999)).isEqualTo("message 999");
          AMQP.BasicProperties got = first.take();
          assertThat(got.getMessageId()).isEqualTo("m-1");
          assertThat(got.getPriority()).isEqualTo(3);
          assertThat(got.getHeaders().get("number")).isEqualTo(42);
          assertThat(got.getHeaders().get("text")).hasToString("wörter");
          assertThat(got.getHeaders().get("list")).isEqualTo(List.of(1, 2));
        });
    with(
        cluster,
        node,
        channel -> assertThat(channel.queueDelete(queue).getMessageCount()).isZero());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void anUnroutableMandatoryMessageComesBack(int node, LocalCluster cluster) throws Exception {
    with(
        cluster,
        node,
        channel -> {
          BlockingQueue<Return> returned = new LinkedBlockingQueue<>();
          channel.addReturnListener(returned::add);
          channel.confirmSelect();
          channel.basicPublish("amq.direct", "nobody", true, null, bytes("lost?"));
          channel.waitForConfirmsOrDie(10_000);

          Return back = returned.poll(10, TimeUnit.SECONDS);
          assertThat(back).isNotNull();
          assertThat(back.getReplyCode()).isEqualTo(312);
          assertThat(back.getRoutingKey()).isEqualTo("nobody");
          assertThat(back.getBody()).isEqualTo(bytes("lost?"));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void getsAcksNacksAndRejects(int node, LocalCluster cluster) throws Exception {
    with(
        cluster,
        node,
        channel -> {
          String queue = "java-get-" + node;
          channel.queueDeclare(queue, true, false, false, Map.of());
          channel.confirmSelect();
          for (String body : List.of("a", "b", "c")) {
            publish(channel, "", queue, body);
          }
          GetResponse a = channel.basicGet(queue, false);
          assertThat(text(a)).isEqualTo("a");
          assertThat(a.getEnvelope().isRedeliver()).isFalse();
          assertThat(a.getMessageCount()).isEqualTo(2);
          channel.basicNack(a.getEnvelope().getDeliveryTag(), false, true);

          GetResponse again = channel.basicGet(queue, false);
          assertThat(text(again)).isEqualTo("a");
          assertThat(again.getEnvelope().isRedeliver()).isTrue();
          channel.basicAck(again.getEnvelope().getDeliveryTag(), false);

          GetResponse b = channel.basicGet(queue, false);
          assertThat(text(b)).isEqualTo("b");
          channel.basicReject(b.getEnvelope().getDeliveryTag(), false);

          assertThat(text(channel.basicGet(queue, true))).isEqualTo("c");
          assertThat(channel.basicGet(queue, true)).isNull();
          channel.queueDelete(queue);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void unackedMessagesComeBackWhenTheChannelCloses(int node, LocalCluster cluster)
      throws Exception {
    with(
        cluster,
        node,
        channel -> {
          String queue = "java-requeue-" + node;
          channel.queueDeclare(queue, true, false, false, Map.of());
          channel.confirmSelect();
          publish(channel, "", queue, "mine");
          Channel other = channel.getConnection().createChannel();
          assertThat(text(other.basicGet(queue, false))).isEqualTo("mine");
          other.close();

          Await.until(
              "the message is back",
              SOON,
              () -> {
                GetResponse back = channel.basicGet(queue, true);
                return back != null && back.getEnvelope().isRedeliver();
              });
          channel.queueDelete(queue);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void prefetchLimitsWhatIsOut(int node, LocalCluster cluster) throws Exception {
    with(
        cluster,
        node,
        channel -> {
          String queue = "java-qos-" + node;
          channel.queueDeclare(queue, true, false, false, Map.of());
          channel.confirmSelect();
          for (int i = 0; i < 20; i++) {
            channel.basicPublish("", queue, null, bytes("" + i));
          }
          channel.waitForConfirmsOrDie(10_000);
          BlockingQueue<Long> tags = new LinkedBlockingQueue<>();
          channel.basicQos(3);
          channel.basicConsume(
              queue,
              false,
              (tag, delivery) -> tags.add(delivery.getEnvelope().getDeliveryTag()),
              tag -> {});
          Await.until("3 deliveries", SOON, () -> tags.size() == 3);
          // A synchronous call and back: a fourth would have been sent by now.
          assertThat(channel.queueDeclarePassive(queue).getMessageCount()).isEqualTo(17);
          assertThat(tags).hasSize(3);
          channel.basicAck(3, true);
          Await.until("3 more deliveries", SOON, () -> tags.size() == 6);
          channel.queueDelete(queue);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void routesThroughAllFourTypesOfExchange(int node, LocalCluster cluster) throws Exception {
    with(
        cluster,
        node,
        channel -> {
          String name = "java-exchange-" + node + "-";
          String queue = channel.queueDeclare(name + "q", true, false, false, Map.of()).getQueue();
          channel.confirmSelect();
          for (String type : List.of("direct", "fanout", "topic", "headers")) {
            channel.exchangeDeclare(name + type, type, true);
            channel.exchangeDeclarePassive(name + type);
          }
          channel.queueBind(queue, name + "direct", "red");
          channel.queueBind(queue, name + "fanout", "");
          channel.queueBind(queue, name + "topic", "stock.*.#");
          channel.queueBind(
              queue, name + "headers", "", Map.of("x-match", "all", "kind", "fruit", "size", 3));

          publish(channel, name + "direct", "blue", "no");
          publish(channel, name + "direct", "red", "direct");
          publish(channel, name + "fanout", "whatever", "fanout");
          publish(channel, name + "topic", "stock", "no");
          publish(channel, name + "topic", "stock.usd.nyse.ibm", "topic");
          AMQP.BasicProperties.Builder headers = new AMQP.BasicProperties.Builder();
          channel.basicPublish(
              name + "headers", "", headers.headers(Map.of("kind", "fruit")).build(), bytes("no"));
          channel.basicPublish(
              name + "headers",
              "",
              headers.headers(Map.of("kind", "fruit", "size", 3)).build(),
              bytes("headers"));
          channel.waitForConfirmsOrDie(10_000);

          for (String expected : List.of("direct", "fanout", "topic", "headers")) {
            assertThat(text(channel.basicGet(queue, true))).isEqualTo(expected);
          }
          assertThat(channel.basicGet(queue, true)).isNull();

          channel.queueUnbind(queue, name + "direct", "red");
          publish(channel, name + "direct", "red", "unbound");
          assertThat(channel.basicGet(queue, true)).isNull();
          for (String type : List.of("direct", "fanout", "topic", "headers")) {
            channel.exchangeDelete(name + type);
          }
          channel.queueDelete(queue);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void thePredeclaredExchangesAreThere(int node, LocalCluster cluster) throws Exception {
    with(
        cluster,
        node,
        channel -> {
          for (String exchange :
              List.of("amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match")) {
            channel.exchangeDeclarePassive(exchange);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void exclusiveQueuesBelongToTheirConnection(int node, LocalCluster cluster) throws Exception {
    String[] name = new String[1];
    with(
        cluster,
        node,
        channel -> {
          name[0] = channel.queueDeclare().getQueue();
          assertThat(name[0]).startsWith("amq.gen-");
          channel.confirmSelect();
          publish(channel, "", name[0], "private");
          for (int other : cluster.nodes()) {
            with(
                cluster,
                other,
                stranger ->
                    assertThatThrownBy(() -> stranger.basicGet(name[0], true))
                        .isInstanceOf(IOException.class)
                        .satisfies(thrown -> assertThat(replyCode(thrown)).isIn(404, 405)));
          }
          assertThat(text(channel.basicGet(name[0], true))).isEqualTo("private");
        });
    with(
        cluster,
        node,
        channel ->
            assertThatThrownBy(() -> channel.queueDeclarePassive(name[0]))
                .satisfies(thrown -> assertThat(replyCode(thrown)).isEqualTo(404)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void anAutoDeleteQueueGoesWithItsLastConsumer(int node, LocalCluster cluster) throws Exception {
    with(
        cluster,
        node,
        channel -> {
          String queue = "java-auto-delete-" + node;
          channel.queueDeclare(queue, false, false, true, Map.of());
          String tag = channel.basicConsume(queue, true, (t, delivery) -> {}, t -> {});
          channel.queueDeclarePassive(queue);
          channel.basicCancel(tag);
          Await.until("the queue is gone", SOON, () -> isMissing(cluster, node, queue));
        });
  }

  private static boolean isMissing(LocalCluster cluster, int node, String queue) throws Exception {
    boolean[] missing = new boolean[1];
    with(
        cluster,
        node,
        channel -> {
          try {
            channel.queueDeclarePassive(queue);
          } catch (IOException e) {
            missing[0] = replyCode(e) == 404;
          }
        });
    return missing[0];
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void errorsAreTheProtocolsOwnAndLeaveTheConnection(int node, LocalCluster cluster)
      throws Exception {
    try (Connection connection = Amqp.connect(cluster, node)) {
      String queue = "java-errors-" + node;
      Channel channel = connection.createChannel();
      channel.queueDeclare(queue, true, false, false, Map.of());
      assertThatThrownBy(() -> channel.queueDeclare(queue, false, false, false, Map.of()))
          .satisfies(thrown -> assertThat(replyCode(thrown)).isEqualTo(406));

      Channel second = connection.createChannel();
      assertThatThrownBy(() -> second.queueDeclarePassive("there is no such queue"))
          .satisfies(thrown -> assertThat(replyCode(thrown)).isEqualTo(404));

      Channel third = connection.createChannel();
      assertThatThrownBy(() -> third.exchangeDeclare("amq.mine", "direct"))
          .satisfies(thrown -> assertThat(replyCode(thrown)).isEqualTo(403));

      Channel fourth = connection.createChannel();
      fourth.queueDelete(queue);
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void purgesAndDeletes(int node, LocalCluster cluster) throws Exception {
    with(
        cluster,
        node,
        channel -> {
          String queue = "java-purge-" + node;
          channel.queueDeclare(queue, true, false, false, Map.of());
          channel.confirmSelect();
          for (int i = 0; i < 5; i++) {
            publish(channel, "", queue, "x");
          }
          assertThat(channel.queuePurge(queue).getMessageCount()).isEqualTo(5);
          publish(channel, "", queue, "x");
          Channel other = channel.getConnection().createChannel();
          assertThatThrownBy(() -> other.queueDelete(queue, false, true))
              .satisfies(thrown -> assertThat(replyCode(thrown)).isEqualTo(406));
          assertThat(channel.queueDelete(queue).getMessageCount()).isEqualTo(1);
        });
  }

  @Test
  void whatOneNodeDeclaresTheOthersKnowAtOnce(LocalCluster cluster) throws Exception {
    for (int round = 0; round < 10; round++) {
      String queue = "java-visible-" + round;
      int declaring = 1 + round % 3;
      with(
          cluster,
          declaring,
          channel -> {
            channel.queueDeclare(queue, true, false, false, Map.of());
            for (int other : cluster.nodesExcept(declaring)) {
              with(cluster, other, elsewhere -> elsewhere.queueDeclarePassive(queue));
            }
            channel.queueDelete(queue);
          });
    }
  }

  @Test
  void aQueueIsTheSameFromEveryNode(LocalCluster cluster) throws Exception {
    String queue = "java-everywhere";
    with(cluster, 1, channel -> channel.queueDeclare(queue, true, false, false, Map.of()));
    for (int publishing : cluster.nodes()) {
      for (int consuming : cluster.nodes()) {
        String body = publishing + " to " + consuming;
        with(
            cluster,
            publishing,
            channel -> {
              channel.confirmSelect();
              publish(channel, "", queue, body);
            });
        with(
            cluster,
            consuming,
            channel -> assertThat(text(channel.basicGet(queue, true))).isEqualTo(body));
      }
    }
    with(cluster, 3, channel -> channel.queueDelete(queue));
  }

  @Test
  void callsAndRepliesWorkBetweenNodes(LocalCluster cluster) throws Exception {
    String requests = "java-rpc";
    try (Connection serverConnection = Amqp.connect(cluster, 2);
        Connection clientConnection = Amqp.connect(cluster, 3)) {
      Channel server = serverConnection.createChannel();
      server.queueDeclare(requests, true, false, false, Map.of());
      server.basicConsume(
          requests,
          false,
          (tag, delivery) -> {
            AMQP.BasicProperties asked = delivery.getProperties();
            server.basicPublish(
                "",
                asked.getReplyTo(),
                new AMQP.BasicProperties.Builder().correlationId(asked.getCorrelationId()).build(),
                bytes(
                    "re: "
                        + new String(delivery.getBody(), java.nio.charset.StandardCharsets.UTF_8)));
            server.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
          },
          tag -> {});

      Channel client = clientConnection.createChannel();
      String replies = client.queueDeclare().getQueue();
      Map<String, CompletableFuture<String>> waiting =
          new java.util.concurrent.ConcurrentHashMap<>();
      client.basicConsume(
          replies,
          true,
          (tag, delivery) ->
              waiting
                  .get(delivery.getProperties().getCorrelationId())
                  .complete(
                      new String(delivery.getBody(), java.nio.charset.StandardCharsets.UTF_8)),
          tag -> {});
      for (int i = 0; i < 20; i++) {
        waiting.put("" + i, new CompletableFuture<>());
        client.basicPublish(
            "",
            requests,
            new AMQP.BasicProperties.Builder().correlationId("" + i).replyTo(replies).build(),
            bytes("question " + i));
      }
      for (int i = 0; i < 20; i++) {
        assertThat(waiting.get("" + i).get(10, TimeUnit.SECONDS)).isEqualTo("re: question " + i);
      }
      client.queueDelete(requests);
    }
  }

  /** Every pair of nodes: the requester's and the server's. */
  @Test
  void directRepliesComeFromEveryNodeToEveryNode(LocalCluster cluster) throws Exception {
    for (int asking : cluster.nodes()) {
      for (int serving : cluster.nodes()) {
        directReplies(cluster, asking, serving);
      }
    }
  }

  private static void directReplies(LocalCluster cluster, int asking, int serving)
      throws Exception {
    String requests = "java-direct-" + asking + "-" + serving;
    Connection serverConnection = Amqp.connect(cluster, serving);
    try (Connection clientConnection = Amqp.connect(cluster, asking)) {
      Channel server = serverConnection.createChannel();
      server.queueDeclare(requests, false, true, false, Map.of());
      RpcServer answering =
          new StringRpcServer(server, requests) {
            @Override
            public String handleStringCall(String question, AMQP.BasicProperties properties) {
              return "re: " + question;
            }
          };
      Thread loop = new Thread(() -> mainloop(answering), "answers");
      loop.start();
      RpcClient client =
          new RpcClient(
              new RpcClientParams()
                  .channel(clientConnection.createChannel())
                  .exchange("")
                  .routingKey(requests)
                  .timeout(10_000));
      for (int i = 0; i < 20; i++) {
        assertThat(client.stringCall("question " + i)).isEqualTo("re: question " + i);
      }
      client.close();
      serverConnection.close(); // which ends its loop
      loop.join(10_000);
      assertThat(loop.isAlive()).isFalse();
    }
  }

  private static void mainloop(RpcServer server) {
    try {
      server.mainloop();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * Each binding is answered when a majority has it on disk and the other nodes know it; those of
   * many channels share a write. One channel alone waits for a write per binding.
   */
  @Test
  void manyBindingsAreDeclaredOverOneConnection(LocalCluster cluster) throws Exception {
    int channels = Integer.getInteger("quorate.bindings.channels", 64);
    int bindings = Integer.getInteger("quorate.bindings.count", 10_000);
    long limitMs = Long.getLong("quorate.bindings.limit.ms", 10_000);
    try (Connection connection = Amqp.connect(cluster, 1)) {
      Channel channel = connection.createChannel();
      channel.exchangeDeclare("java-bindings", "topic", true);
      channel.queueDeclare("java-bindings", true, false, false, Map.of());
      ExecutorService declaring = Executors.newFixedThreadPool(channels);
      long started = System.nanoTime();
      try {
        List<Future<?>> shares = new ArrayList<>();
        for (int first = 0; first < channels; first++) {
          Channel own = connection.createChannel();
          int from = first;
          shares.add(declaring.submit(() -> bindEvery(channels, from, bindings, own)));
        }
        for (Future<?> share : shares) {
          share.get(120, TimeUnit.SECONDS);
        }
      } finally {
        declaring.shutdownNow();
      }
      long elapsedMs = Duration.ofNanos(System.nanoTime() - started).toMillis();
      System.out.printf(
          "%d bindings over %d channels of one connection: %d ms%n", bindings, channels, elapsedMs);
      assertThat(elapsedMs).as("milliseconds").isLessThanOrEqualTo(limitMs);
      channel.confirmSelect();
      publish(channel, "java-bindings", "key." + (bindings - 1) + ".and.more", "routed");
      assertThat(text(channel.basicGet("java-bindings", true))).isEqualTo("routed");
      channel.exchangeDelete("java-bindings");
      channel.queueDelete("java-bindings");
    }
  }

  private static @Nullable Void bindEvery(int step, int first, int end, Channel channel)
      throws IOException {
    for (int i = first; i < end; i += step) {
      channel.queueBind("java-bindings", "java-bindings", "key." + i + ".#");
    }
    return null;
  }
}
