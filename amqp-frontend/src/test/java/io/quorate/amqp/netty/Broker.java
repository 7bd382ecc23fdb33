package io.quorate.amqp.netty;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorate.amqp.FrontendConfig;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.QueueStore;
import io.quorate.raftqueue.store.ReplicatedStore;
import io.quorate.raftqueue.store.StoreConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A broker of one node in this process: a real store on disk, a real server on loopback. */
final class Broker implements AutoCloseable {

  private static final int MAX_MESSAGE_BYTES = 1 << 20;

  private final Path dir;
  private final ReplicatedStore store;
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final AmqpServer server;

  Broker(UnaryOperator<FrontendConfig> settings) throws Exception {
    this(settings, config -> config);
  }

  /** A broker whose store may hold so many bytes of messages in memory, and pages nothing out. */
  static Broker withResidentBytes(long bytes) throws Exception {
    return new Broker(
        config -> config, store -> store.withResidentBytes(bytes).withPageOutBytes(1L << 40));
  }

  private Broker(UnaryOperator<FrontendConfig> settings, UnaryOperator<StoreConfig> storeSettings)
      throws Exception {
    dir = Files.createTempDirectory("quorate-amqp-test");
    int raftPort;
    try (ServerSocket free = new ServerSocket(0)) {
      raftPort = free.getLocalPort();
    }
    store =
        ReplicatedStore.open(
            storeSettings.apply(
                StoreConfig.of(
                    "test", 1, List.of(new StoreConfig.Node(1, "127.0.0.1", raftPort)), dir)),
            registry);
    awaitReady();
    define(new DefinitionCommand.CreateVhost("/"));
    define(new DefinitionCommand.PutUser("guest", "guest"));
    server = AmqpServer.start(settings.apply(defaults()), store.queues(), registry);
  }

  private void define(DefinitionCommand command) throws Exception {
    store.queues().define(command).get(30, TimeUnit.SECONDS);
  }

  private void awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!store.ready()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the store is not ready after 60 s");
      }
      Thread.sleep(20);
    }
  }

  private static FrontendConfig defaults() {
    return FrontendConfig.defaults("127.0.0.1", 0).withMaxMessageBytes(MAX_MESSAGE_BYTES);
  }

  QueueStore queues() {
    return store.queues();
  }

  int port() {
    return server.port();
  }

  /** A factory for the ordinary Java client, without its recovery. */
  ConnectionFactory factory() {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(port());
    factory.setAutomaticRecoveryEnabled(false);
    factory.setChannelRpcTimeout(20_000);
    return factory;
  }

  Connection connect() throws Exception {
    return factory().newConnection("test");
  }

  double count(String counter) {
    return registry.get(counter).counter().count();
  }

  @Override
  public void close() throws IOException {
    server.close();
    store.close();
    try (Stream<Path> files = Files.walk(dir)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
