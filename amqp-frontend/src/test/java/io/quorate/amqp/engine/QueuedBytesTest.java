package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.protocol.ByteArrayWriter;
import io.quorate.amqp.protocol.FrameDecoder;
import io.quorate.amqp.protocol.FrameWriter;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.method.ChannelOpen;
import io.quorate.amqp.protocol.method.ConnectionOpen;
import io.quorate.amqp.protocol.method.ConnectionStartOk;
import io.quorate.amqp.protocol.method.ConnectionTuneOk;
import io.quorate.amqp.protocol.method.QueueDelete;
import io.quorate.amqp.protocol.method.QueueUnbind;
import io.quorate.raftqueue.api.Definitions;
import io.quorate.raftqueue.api.QueueStore;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A store that does not answer: what waits for it is bounded by number and by bytes. */
class QueuedBytesTest {

  private static final int BYTES = 10_000;
  private static final int METHODS = 100;

  private final CompletableFuture<Void> answer = new CompletableFuture<>();
  private final List<String> written = new ArrayList<>();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ConnectionEngine engine;
  private boolean reading = true;

  QueuedBytesTest() {
    Definitions definitions =
        stub(
            Definitions.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "authenticate", "hasVhost" -> true;
                  case "queue" -> null;
                  default -> throw new AssertionError(method);
                });
    QueueStore store =
        stub(
            QueueStore.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "definitions" -> definitions;
                  case "refreshDefinitions" -> answer;
                  default -> throw new AssertionError(method);
                });
    Transport transport =
        stub(
            Transport.class,
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "execute" -> tasks.add((Runnable) arguments[0]);
                case "setReading" -> reading = (boolean) arguments[0];
                case "writeMethod" -> written.add(((Method) arguments[1]).name());
                default -> {
                  // nobody looks
                }
              }
              Class<?> result = method.getReturnType();
              return result == boolean.class ? (Object) true : result == long.class ? 0L : null;
            });
    EngineContext context =
        new EngineContext(
            FrontendConfig.defaults("localhost", 0)
                .withMaxQueuedBytes(BYTES)
                .withMaxQueuedCommands(METHODS),
            store,
            new FrontendMetrics(new SimpleMeterRegistry()),
            System::nanoTime,
            prefix -> prefix + "1",
            Runnable::run,
            "test");
    engine = new ConnectionEngine(context, transport, new Peer("test", true));
    engine.onProtocolHeader();
    byte[] login = "\0user\0password".getBytes(StandardCharsets.UTF_8);
    send(0, new ConnectionStartOk(Map.of(), "PLAIN", login, "en_US"));
    send(0, new ConnectionTuneOk(10, 131_072, 0));
    send(0, new ConnectionOpen("/"));
    send(1, new ChannelOpen());
    send(1, new QueueDelete("waits for the store", false, false, false));
    assertThat(reading).isTrue();
  }

  @SuppressWarnings("unchecked")
  private static <T> T stub(Class<T> type, InvocationHandler handler) {
    return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
  }

  private void send(int channel, Method method) {
    ByteArrayWriter out = new ByteArrayWriter();
    FrameWriter.method(out, channel, method);
    FrameDecoder.forClient(131_072).feed(ByteBuffer.wrap(out.toByteArray()), engine);
    runTasks();
  }

  private void runTasks() {
    Runnable task;
    while ((task = tasks.poll()) != null) {
      task.run();
    }
  }

  private QueueUnbind unbind(int argumentBytes) {
    return new QueueUnbind("q", "x", "k", Map.of("a", new byte[argumentBytes]));
  }

  @Test
  void manyBytesInFewMethodsStopTheReading() {
    send(1, unbind(BYTES / 2));
    assertThat(reading).isTrue();
    send(1, unbind(BYTES / 2));
    assertThat(reading).isFalse();

    answer.complete(null);
    runTasks();
    assertThat(reading).isTrue();
    assertThat(written.stream().filter("queue.unbind-ok"::equals)).hasSize(2);
  }

  @Test
  void manySmallMethodsStopTheReading() {
    for (int i = 0; i < METHODS; i++) {
      send(1, unbind(1));
    }
    assertThat(reading).isTrue();
    send(1, unbind(1));
    assertThat(reading).isFalse();
  }
}
