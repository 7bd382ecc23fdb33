package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.engine.EngineOnStubs.Scheduled;
import io.quorate.amqp.protocol.method.BasicPublish;
import io.quorate.amqp.protocol.method.ConfirmSelect;
import io.quorate.amqp.protocol.method.ConnectionBlocked;
import io.quorate.amqp.protocol.method.ConnectionUnblocked;
import io.quorate.raftqueue.api.QueueRef;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a publisher is told that it is held back, and when that it is not. */
class BlockedNoticeTest {

  private static final String REASON = "node 2 is low on disk";
  private static final long DELAY_MS = 500;

  private final ArrayDeque<Runnable> whenWritable = new ArrayDeque<>();
  private boolean writable;
  private int published;

  private EngineOnStubs engine = client(Map.of("connection.blocked", true));

  private EngineOnStubs client(Map<String, Object> capabilities) {
    return new EngineOnStubs(
        FrontendConfig.defaults("localhost", 0),
        capabilities,
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "isWritable" -> writable;
              case "heldBackReason" -> REASON;
              case "onWritable" -> whenWritable.add((Runnable) arguments[0]);
              case "publish" -> {
                published++;
                yield null;
              }
              default -> throw new AssertionError(method);
            },
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "route" -> List.of(new QueueRef(1, 0));
              default -> throw new AssertionError(method);
            });
  }

  private void publish() {
    engine.send(1, new BasicPublish("", "q", false, false));
    engine.sendEmptyContent(1);
  }

  private void storeBecomesWritable() {
    writable = true;
    whenWritable.remove().run();
    engine.runTasks();
  }

  /** Half a second passes after the notice of that number was put off. */
  private void timePasses(int number) {
    Scheduled notice = engine.scheduled.get(number);
    assertThat(notice.delayMs()).isEqualTo(DELAY_MS);
    notice.task().run();
  }

  @Test
  void aPublisherHeldBackForHalfASecondIsToldWhyAndWhenItIsOver() {
    publish();
    assertThat(published).as("what has come is taken").isEqualTo(1);
    assertThat(engine.reading).isFalse();
    assertThat(engine.written).isEmpty();
    timePasses(0);
    assertThat(engine.written).containsExactly(new ConnectionBlocked(REASON));
    storeBecomesWritable();
    assertThat(engine.reading).isTrue();
    assertThat(engine.written)
        .containsExactly(new ConnectionBlocked(REASON), new ConnectionUnblocked());
  }

  @Test
  void aClientThatDoesNotUnderstandIsHeldBackWithoutAWord() {
    engine = client(Map.of("basic.nack", true, "connection.blocked", false));
    publish();
    assertThat(engine.reading).isFalse();
    timePasses(0);
    storeBecomesWritable();
    assertThat(engine.reading).isTrue();
    assertThat(engine.written).isEmpty();
  }

  @Test
  void aShorterPauseIsNotMentioned() {
    publish();
    storeBecomesWritable();
    timePasses(0);
    assertThat(engine.reading).isTrue();
    assertThat(engine.written).isEmpty();
  }

  @Test
  void twoShortPausesAreNotOneLongOne() {
    publish();
    storeBecomesWritable();
    writable = false;
    publish();
    timePasses(0);
    assertThat(engine.written).isEmpty();
    timePasses(1);
    assertThat(engine.written).containsExactly(new ConnectionBlocked(REASON));
  }

  @Test
  void whoPublishesNothingIsNotHeldBack() {
    engine.send(1, new ConfirmSelect(true));
    assertThat(engine.reading).isTrue();
    assertThat(engine.scheduled).isEmpty();
  }
}
