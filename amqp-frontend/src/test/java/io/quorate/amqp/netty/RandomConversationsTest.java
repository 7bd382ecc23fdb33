package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.quorate.raftqueue.api.QueueDefinition;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/**
 * Clients that talk at random, several at a time, about the same queues and exchanges. System
 * properties say how many there are ({@code quorate.conversations}), how many at a time ({@code
 * quorate.clients}), how often each speaks ({@code quorate.bursts}), and which one begins ({@code
 * quorate.seed}); a failure names its seed.
 */
@ExtendWith(SharedBroker.class)
class RandomConversationsTest {

  private static final int CONVERSATIONS = Integer.getInteger("quorate.conversations", 60);
  private static final int CLIENTS = Integer.getInteger("quorate.clients", 4);
  private static final int BURSTS = Integer.getInteger("quorate.bursts", 12);
  private static final int MANY = 100_000;
  private static final int LEAK_ROUNDS = 3;
  private static final long IDLE_MS = 400;

  /** One in so many conversations does not get past the handshake, as a rule. */
  private static final int HANDSHAKES_ONE_IN = 20;

  /** In runs of so many conversations, the heap must not grow with them. */
  private static final int MANY_ENOUGH_FOR_THE_HEAP = 10_000;

  private static final long HEAP_MARGIN_BYTES = 32 << 20;

  private final Broker broker;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private volatile long usedEarlyBytes;
  private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final AppenderBase<ILoggingEvent> ears =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getThrowableProxy() != null) {
            complaints.add(
                event.getFormattedMessage()
                    + "\n"
                    + ThrowableProxyUtil.asString(event.getThrowableProxy()));
          } else if (event.getFormattedMessage().contains("LEAK")) {
            complaints.add(event.getFormattedMessage());
          }
        }
      };

  RandomConversationsTest(Broker broker) {
    this.broker = broker;
  }

  @BeforeEach
  void listen() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ears.setContext(root.getLoggerContext());
    ears.start();
    root.addAppender(ears);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(ears);
    ResourceLeakDetector.setLevel(levelBefore);
  }

  @Test
  void every_question_is_answered_and_nothing_leaks() throws Exception {
    long seed = Long.getLong("quorate.seed", System.nanoTime());
    AtomicInteger begun = new AtomicInteger();
    AtomicLong answers = new AtomicLong();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        running.add(clients.submit(() -> converse(seed, begun, answers)));
      }
      for (Future<?> client : running) {
        client.get();
      }
    } finally {
      clients.shutdownNow();
    }
    assertThat(answers.get())
        .as("answers, if most conversations went on for a while; seed %d", seed)
        .isGreaterThan((long) CONVERSATIONS * BURSTS * 2 / 3);
    awaitNobody("quorate.amqp.consumers");
    awaitNobody("quorate.amqp.channels");
    awaitNobody("quorate.amqp.connections");
    awaitNoExclusiveQueues();
    nobodySpins();
    theHeapHasNotGrown();
    aGoodClientWorks();
    for (int i = 0; i < LEAK_ROUNDS; i++) {
      // lost buffers are reported when the next ones are allocated
      System.gc();
      ByteBufAllocator.DEFAULT.buffer().release();
      aGoodClientWorks();
    }
    assertThat(complaints).as("in the log after seed %d", seed).isEmpty();
  }

  /** One conversation after the other, until all have been had. */
  private @Nullable Void converse(long seed, AtomicInteger begun, AtomicLong answers)
      throws IOException {
    int number;
    while ((number = begun.getAndIncrement()) < CONVERSATIONS) {
      long own = number == 0 ? seed : new Random(seed + number).nextLong();
      if (number == CONVERSATIONS / 10 && CONVERSATIONS >= MANY_ENOUGH_FOR_THE_HEAP) {
        usedEarlyBytes = usedHeapBytes();
      }
      try {
        answers.addAndGet(converse(own));
      } catch (AssertionError | IOException e) {
        begun.set(CONVERSATIONS);
        throw new AssertionError("conversation %d of -Dquorate.seed=%d".formatted(number, own), e);
      }
      assertThat(complaints).as("in the log after conversation %d, seed %d", number, own).isEmpty();
      if (number % MANY == MANY - 1) {
        System.out.printf("%,d conversations, %,d answers%n", number + 1, answers.get());
      }
    }
    return null;
  }

  private int converse(long seed) throws IOException {
    if (Math.floorMod(seed, HANDSHAKES_ONE_IN) == 0) {
      try (RawClient client = new RawClient(broker.port())) {
        new RandomHandshake(client, seed).run();
        return 0;
      }
    }
    try (RawClient client = RawClient.open(broker.port())) {
      return new RandomConversation(client, seed, BURSTS).run();
    }
  }

  private static long usedHeapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void theHeapHasNotGrown() {
    if (usedEarlyBytes > 0) {
      long used = usedHeapBytes();
      System.out.printf(
          "heap after a collection: %,d bytes after a tenth, %,d at the end%n",
          usedEarlyBytes, used);
      assertThat(used)
          .as("bytes of heap after all conversations; %d after a tenth", usedEarlyBytes)
          .isLessThan(usedEarlyBytes * 3 / 2 + HEAP_MARGIN_BYTES);
    }
  }

  private void aGoodClientWorks() throws Exception {
    try (Connection connection = broker.connect()) {
      Channel channel = connection.createChannel();
      for (String name : ScriptedMethods.QUEUES) {
        channel.queueDelete(name);
      }
      for (String name : ScriptedMethods.EXCHANGES) {
        channel.exchangeDelete(name);
      }
      channel.confirmSelect();
      for (boolean durable : new boolean[] {true, false}) {
        String queue = ScriptedMethods.QUEUES.get(0);
        channel.queueDeclare(queue, durable, false, false, null);
        channel.basicPublish("", queue, null, "well".getBytes(StandardCharsets.UTF_8));
        channel.waitForConfirmsOrDie(10_000);
        assertThat(channel.basicGet(queue, true).getBody()).asString().isEqualTo("well");
        channel.queueDelete(queue);
      }
    }
  }

  /** With no client there, the threads that serve sockets have nothing to do. */
  private static void nobodySpins() throws InterruptedException {
    long before = eventLoopNanos();
    Thread.sleep(IDLE_MS);
    assertThat(TimeUnit.NANOSECONDS.toMillis(eventLoopNanos() - before))
        .as("ms of CPU that idle event loops took in %d ms", IDLE_MS)
        .isLessThan(IDLE_MS / 4);
  }

  private static long eventLoopNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.dumpAllThreads(false, false))
        .filter(thread -> thread.getThreadName().startsWith("amqp"))
        .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
        .sum();
  }

  private void awaitNoExclusiveQueues() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (broker.queues().definitions().queues().stream().anyMatch(QueueDefinition::exclusive)) {
      assertThat(System.nanoTime()).as("queues that nobody owns stay").isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private void awaitNobody(String gauge) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (broker.registry.get(gauge).gauge().value() > 0) {
      assertThat(System.nanoTime()).as("%s are still there", gauge).isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
