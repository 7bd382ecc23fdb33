package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.method.BasicAck;
import io.quorate.amqp.protocol.method.BasicNack;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.ConfirmSelect;
import io.quorate.amqp.protocol.method.ConnectionClose;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueRef;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a publisher is told of what became of its messages in the store. */
class ConfirmOutcomeTest {

  private final List<Completion> completions = new ArrayList<>();

  private final EngineOnStubs engine =
      new EngineOnStubs(
          FrontendConfig.defaults("localhost", 0),
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "isWritable" -> true;
                case "publish" -> {
                  completions.add((Completion) arguments[2]);
                  yield null;
                }
                default -> throw new AssertionError(method);
              },
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "route" -> List.of(new QueueRef(1, 0));
                default -> throw new AssertionError(method);
              });

  private void publish(int messages) {
    engine.send(1, new ConfirmSelect(true));
    for (int i = 0; i < messages; i++) {
      engine.send(1, new BasicPublish("", "q", false, false));
      engine.sendEmptyContent(1);
    }
    assertThat(completions).hasSize(messages);
  }

  private void becomes(int message, Outcome outcome) {
    completions.get(message).done(outcome);
    engine.runTasks();
  }

  @Test
  void aRefusedMessageIsNacked() {
    publish(1);
    assertThat(engine.written).isEmpty();
    becomes(0, Outcome.REJECTED);
    assertThat(engine.written).containsExactly(new BasicNack(1, false, false));
  }

  @Test
  void onlyTheRefusedOneIsNacked() {
    publish(3);
    becomes(1, Outcome.REJECTED);
    becomes(2, Outcome.ACCEPTED);
    becomes(0, Outcome.ACCEPTED);
    assertThat(engine.written).contains(new BasicNack(2, false, false));
    assertThat(engine.written.stream().filter(BasicNack.class::isInstance)).hasSize(1);
    assertThat(acked()).containsExactlyInAnyOrder(1L, 3L);
  }

  /** The sequence numbers that were acked one by one: none of these stands for an earlier one. */
  private List<Long> acked() {
    List<Long> tags = new ArrayList<>();
    for (Method method : engine.written) {
      if (method instanceof BasicAck ack) {
        assertThat(ack.multiple() && ack.deliveryTag() > 1)
            .as("%s covers the nacked", ack)
            .isFalse();
        tags.add(ack.deliveryTag());
      }
    }
    return tags;
  }

  @Test
  void anOutcomeThatNobodyKnowsEndsTheConnection() {
    publish(1);
    becomes(0, Outcome.UNKNOWN);
    assertThat(engine.written)
        .singleElement()
        .isInstanceOfSatisfying(
            ConnectionClose.class, close -> assertThat(close.replyCode()).isEqualTo(320));
  }
}
