package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.protocol.method.QueueDelete;
import io.quorate.amqp.protocol.method.QueueUnbind;
import io.quorate.amqp.protocol.method.QueueUnbindOk;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A store that does not answer: what waits for it is bounded by number and by bytes. */
class QueuedBytesTest {

  private static final int BYTES = 10_000;
  private static final int METHODS = 100;

  private final CompletableFuture<Void> answer = new CompletableFuture<>();
  private final EngineOnStubs engine =
      new EngineOnStubs(
          FrontendConfig.defaults("localhost", 0)
              .withMaxQueuedBytes(BYTES)
              .withMaxQueuedCommands(METHODS),
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "refreshDefinitions" -> answer;
                default -> throw new AssertionError(method);
              },
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "queue" -> null;
                default -> throw new AssertionError(method);
              });

  QueuedBytesTest() {
    engine.send(1, new QueueDelete("waits for the store", false, false, false));
    assertThat(engine.reading).isTrue();
  }

  private QueueUnbind unbind(int argumentBytes) {
    return new QueueUnbind("q", "x", "k", Map.of("a", new byte[argumentBytes]));
  }

  @Test
  void manyBytesInFewMethodsStopTheReading() {
    engine.send(1, unbind(BYTES / 2));
    assertThat(engine.reading).isTrue();
    engine.send(1, unbind(BYTES / 2));
    assertThat(engine.reading).isFalse();

    answer.complete(null);
    engine.runTasks();
    assertThat(engine.reading).isTrue();
    assertThat(engine.written).filteredOn(QueueUnbindOk.class::isInstance).hasSize(2);
  }

  @Test
  void manySmallMethodsStopTheReading() {
    for (int i = 0; i < METHODS; i++) {
      engine.send(1, unbind(1));
    }
    assertThat(engine.reading).isTrue();
    engine.send(1, unbind(1));
    assertThat(engine.reading).isFalse();
  }
}
