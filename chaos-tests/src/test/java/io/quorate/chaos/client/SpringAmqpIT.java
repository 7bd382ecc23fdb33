package io.quorate.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.LocalCluster;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.BindingBuilder;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageListener;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.core.TopicExchange;
import org.springframework.amqp.rabbit.AsyncRabbitTemplate;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory.ConfirmType;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.adapter.MessageListenerAdapter;

/** Spring AMQP: listener containers, publisher confirms and returns, calls and replies. */
@OnSharedCluster
class SpringAmqpIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** Connects to the first of the nodes that is there. */
  private static CachingConnectionFactory connectTo(LocalCluster cluster, int... nodes) {
    CachingConnectionFactory factory = new CachingConnectionFactory();
    factory.setAddresses(
        Arrays.stream(nodes)
            .mapToObj(node -> "127.0.0.1:" + cluster.ports().amqp(node))
            .collect(Collectors.joining(",")));
    factory.setConnectionTimeout(2000);
    factory.setPublisherConfirmType(ConfirmType.CORRELATED);
    factory.setPublisherReturns(true);
    return factory;
  }

  private static RabbitTemplate template(CachingConnectionFactory connections) {
    RabbitTemplate template = new RabbitTemplate(connections);
    template.setMandatory(true);
    template.setReplyTimeout(SOON.toMillis());
    return template;
  }

  private static void start(
      AbstractMessageListenerContainer container, String queue, MessageListener listener) {
    container.setQueueNames(queue);
    container.setPrefetchCount(10);
    container.setRecoveryInterval(300);
    container.setMessageListener(listener);
    container.afterPropertiesSet();
    container.start();
  }

  private static String text(Message message) {
    return new String(message.getBody(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void listenerContainersWorkOnWhatTheAdminDeclared(int node, LocalCluster cluster) {
    int other = 1 + node % 3;
    CachingConnectionFactory declaring = connectTo(cluster, node);
    CachingConnectionFactory listening = connectTo(cluster, other);
    RabbitAdmin admin = new RabbitAdmin(declaring);
    Queue queue = QueueBuilder.durable("spring-work-" + node).quorum().build();
    TopicExchange exchange = new TopicExchange("spring-topic-" + node);
    admin.declareExchange(exchange);
    admin.declareQueue(queue);
    admin.declareBinding(BindingBuilder.bind(queue).to(exchange).with("work.#"));
    SimpleMessageListenerContainer simple = new SimpleMessageListenerContainer(listening);
    DirectMessageListenerContainer direct = new DirectMessageListenerContainer(declaring);
    try {
      Set<String> done = ConcurrentHashMap.newKeySet();
      List<String> again = new CopyOnWriteArrayList<>();
      MessageListener failingOnce =
          message -> {
            if (text(message).endsWith("7")
                && !Objects.requireNonNull(message.getMessageProperties().isRedelivered())) {
              throw new IllegalStateException("the first time it fails");
            }
            if (Objects.requireNonNull(message.getMessageProperties().isRedelivered())) {
              again.add(text(message));
            }
            done.add(text(message));
          };
      simple.setConcurrentConsumers(3);
      simple.setErrorHandler(failure -> {});
      direct.setConsumersPerQueue(2);
      direct.setErrorHandler(failure -> {});
      simple.setReceiveTimeout(100);
      start(simple, queue.getName(), failingOnce);
      start(direct, queue.getName(), failingOnce);

      RabbitTemplate template = template(declaring);
      IntStream.range(0, 300)
          .forEach(i -> template.convertAndSend(exchange.getName(), "work.item." + i, "" + i));

      Await.until("300 messages worked on", SOON, () -> done.size() == 300, () -> "" + done.size());
      // 7, 17 ... 297 failed once; what had been prefetched by a consumer comes in one piece.
      assertThat(again)
          .containsAll(IntStream.range(0, 30).mapToObj(i -> "" + (10 * i + 7)).toList());
      Await.until(
          "an empty queue",
          SOON,
          () -> Objects.requireNonNull(admin.getQueueInfo(queue.getName())).getMessageCount() == 0);
      assertThat(Objects.requireNonNull(admin.getQueueInfo(queue.getName())).getConsumerCount())
          .isEqualTo(5);
    } finally {
      simple.stop();
      direct.stop();
      admin.deleteQueue(queue.getName());
      admin.deleteExchange(exchange.getName());
      declaring.destroy();
      listening.destroy();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void confirmsAndReturnsReachThePublisher(int node, LocalCluster cluster) throws Exception {
    CachingConnectionFactory connections = connectTo(cluster, node);
    RabbitAdmin admin = new RabbitAdmin(connections);
    String queue = "spring-confirms-" + node;
    admin.declareQueue(new Queue(queue));
    try {
      RabbitTemplate template = template(connections);
      List<CorrelationData> sent = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        CorrelationData correlation = new CorrelationData("" + i);
        template.convertAndSend("", queue, "message " + i, correlation);
        sent.add(correlation);
      }
      for (CorrelationData correlation : sent) {
        assertThat(correlation.getFuture().get(10, TimeUnit.SECONDS).ack()).isTrue();
        assertThat(correlation.getReturned()).isNull();
      }
      assertThat(Objects.requireNonNull(admin.getQueueInfo(queue)).getMessageCount())
          .isEqualTo(200);

      CorrelationData lost = new CorrelationData("lost");
      template.convertAndSend("amq.direct", "nobody-" + node, "returned", lost);
      assertThat(lost.getFuture().get(10, TimeUnit.SECONDS).ack()).isTrue();
      assertThat(Objects.requireNonNull(lost.getReturned()).getReplyCode()).isEqualTo(312);
      assertThat(text(lost.getReturned().getMessage())).isEqualTo("returned");

      CorrelationData nowhere = new CorrelationData("nowhere");
      template.convertAndSend("spring-no-such-exchange", "key", "refused", nowhere);
      // Its reason is the 404, or that Spring closed the channel, depending on what comes first.
      assertThat(nowhere.getFuture().get(10, TimeUnit.SECONDS).ack()).isFalse();
      assertThat(template.receiveAndConvert(queue, 10_000)).isEqualTo("message 0");
    } finally {
      admin.deleteQueue(queue);
      connections.destroy();
    }
  }

  @Test
  void simpleConfirmsAreAwaitedOnTheirChannel(LocalCluster cluster) {
    CachingConnectionFactory connections = connectTo(cluster, 2);
    connections.setPublisherConfirmType(ConfirmType.SIMPLE);
    RabbitAdmin admin = new RabbitAdmin(connections);
    admin.declareQueue(new Queue("spring-simple"));
    try {
      RabbitTemplate template = new RabbitTemplate(connections);
      Boolean confirmed =
          template.invoke(
              operations -> {
                for (int i = 0; i < 100; i++) {
                  operations.convertAndSend("spring-simple", "" + i);
                }
                return operations.waitForConfirms(10_000);
              });
      assertThat(confirmed).isTrue();
      assertThat(Objects.requireNonNull(admin.getQueueInfo("spring-simple")).getMessageCount())
          .isEqualTo(100);
    } finally {
      admin.deleteQueue("spring-simple");
      connections.destroy();
    }
  }

  /** Says "re: " and what it was asked; its container answers to where the caller wants it. */
  public static final class Answers {
    public String handleMessage(String question) {
      return "re: " + question;
    }
  }

  /** Calls from one node that are served on another. */
  private static void withServer(
      LocalCluster cluster, String requests, java.util.function.Consumer<RabbitTemplate> calls) {
    CachingConnectionFactory asking = connectTo(cluster, 1);
    CachingConnectionFactory serving = connectTo(cluster, 2);
    RabbitAdmin admin = new RabbitAdmin(serving);
    admin.declareQueue(new Queue(requests));
    SimpleMessageListenerContainer server = new SimpleMessageListenerContainer(serving);
    try {
      server.setConcurrentConsumers(2);
      server.setReceiveTimeout(100);
      start(server, requests, new MessageListenerAdapter(new Answers()));
      RabbitTemplate template = template(asking);
      template.setRoutingKey(requests);
      calls.accept(template);
    } finally {
      server.stop();
      admin.deleteQueue(requests);
      asking.destroy();
      serving.destroy();
    }
  }

  private static void callFromManyThreads(RabbitTemplate template) {
    List<CompletableFuture<Object>> replies =
        IntStream.range(0, 100)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> template.convertSendAndReceive("question " + i)))
            .toList();
    for (int i = 0; i < 100; i++) {
      assertThat(replies.get(i).join()).isEqualTo("re: question " + i);
    }
  }

  @Test
  void callsAreAnsweredThroughDirectReplyToBetweenNodes(LocalCluster cluster) {
    withServer(
        cluster,
        "spring-calls",
        template -> {
          List<String> replyTo = Collections.synchronizedList(new ArrayList<>());
          template.addAfterReceivePostProcessors(
              message -> {
                replyTo.add(message.getMessageProperties().getReceivedRoutingKey());
                return message;
              });
          callFromManyThreads(template);
          assertThat(replyTo)
              .hasSize(100)
              .allSatisfy(name -> assertThat(name).startsWith("amq.rabbitmq.reply-to."));
        });
  }

  @Test
  void callsAreAnsweredThroughTemporaryQueues(LocalCluster cluster) {
    withServer(
        cluster,
        "spring-temporary-calls",
        template -> {
          template.setUseTemporaryReplyQueues(true);
          callFromManyThreads(template);
        });
  }

  @Test
  void callsMayBeAsynchronous(LocalCluster cluster) {
    withServer(
        cluster,
        "spring-async-calls",
        template -> {
          AsyncRabbitTemplate async =
              new AsyncRabbitTemplate(template.getConnectionFactory(), "", "spring-async-calls");
          async.start();
          try {
            Map<Integer, CompletableFuture<String>> replies =
                IntStream.range(0, 100)
                    .boxed()
                    .collect(
                        Collectors.toMap(
                            i -> i, i -> async.convertSendAndReceive("question " + i)));
            replies.forEach((i, reply) -> assertThat(get(reply)).isEqualTo("re: question " + i));
          } finally {
            async.stop();
          }
        });
  }

  private static String get(CompletableFuture<String> reply) {
    try {
      return reply.get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no reply", e);
    }
  }

  @Test
  void aContainerAndATemplateGoOnWhenTheirNodeIsKilled(LocalCluster cluster) throws Exception {
    CachingConnectionFactory connections = connectTo(cluster, 3, 1, 2);
    RabbitAdmin admin = new RabbitAdmin(connections);
    String queue = "spring-failover";
    admin.declareQueue(new Queue(queue));
    SimpleMessageListenerContainer container = new SimpleMessageListenerContainer(connections);
    try {
      Set<String> received = ConcurrentHashMap.newKeySet();
      start(container, queue, message -> received.add(text(message)));
      RabbitTemplate template = template(connections);
      Set<String> confirmed = ConcurrentHashMap.newKeySet();
      for (int i = 0; i < 400; i++) {
        if (i == 100) {
          cluster.kill(3);
        }
        String body = "" + i;
        Await.until("a confirm for " + body, SOON, () -> confirms(template, queue, body));
        confirmed.add(body);
      }

      Await.until(
          "all that was confirmed",
          SOON,
          () -> received.containsAll(confirmed),
          received::toString);
      assertThat(connections.getPort()).isNotEqualTo(cluster.ports().amqp(3));
    } finally {
      container.stop();
      cluster.heal();
      admin.deleteQueue(queue);
      connections.destroy();
    }
  }

  private static boolean confirms(RabbitTemplate template, String queue, String body)
      throws InterruptedException, ExecutionException, TimeoutException {
    CorrelationData correlation = new CorrelationData();
    try {
      template.convertAndSend("", queue, body, correlation);
    } catch (AmqpException e) {
      return false;
    }
    return correlation.getFuture().get(5, TimeUnit.SECONDS).ack();
  }

  @Test
  void aBrokersRefusalIsAnExceptionOfTheAdmin(LocalCluster cluster) {
    CachingConnectionFactory connections = connectTo(cluster, 1);
    RabbitAdmin admin = new RabbitAdmin(connections);
    admin.declareQueue(new Queue("spring-refusal"));
    try {
      Queue different = new Queue("spring-refusal", true, false, true);
      assertThatThrownBy(() -> admin.declareQueue(different))
          .hasStackTraceContaining("PRECONDITION_FAILED")
          .hasStackTraceContaining("auto_delete");
    } finally {
      admin.deleteQueue("spring-refusal");
      connections.destroy();
    }
  }
}
