package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.protocol.method.BasicGet;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.Message;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AcknowledgementTimeoutTest {

  private static final QueueRef QUEUE = new QueueRef(1, 0);

  private final EngineOnStubs engine =
      new EngineOnStubs(
          FrontendConfig.defaults("localhost", 0),
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "get" ->
                    CompletableFuture.completedFuture(
                        new GetResult(
                            new Delivery(
                                1,
                                false,
                                0,
                                new Message(
                                    "", "q", ByteString.copyFrom(new byte[2]), ByteString.EMPTY)),
                            1,
                            0));
                default -> throw new AssertionError(method);
              },
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "queue" ->
                    new QueueDefinition(QUEUE, "/", "q", true, false, false, null, Map.of());
                default -> throw new AssertionError(method);
              });

  @Test
  void nothingIsPlannedForADeliveryThatIsNotAcked() {
    engine.send(1, new BasicGet("q", false));
    assertThat(engine.contents).as("deliveries").isEqualTo(1);
    assertThat(engine.written).isEmpty();
    assertThat(engine.scheduled).isEmpty();
  }
}
