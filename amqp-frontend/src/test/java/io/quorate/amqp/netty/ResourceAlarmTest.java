package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A store short of memory holds publishers back, and nobody else. */
class ResourceAlarmTest {

  private static final int RESIDENT_BYTES = 500_000;

  @Test
  void publishers_are_told_when_memory_is_short_and_when_it_is_not() throws Exception {
    try (Broker small = Broker.withResidentBytes(RESIDENT_BYTES);
        Connection publisher = small.connect();
        Connection other = small.connect()) {
      CompletableFuture<String> blocked = new CompletableFuture<>();
      CompletableFuture<Void> unblocked = new CompletableFuture<>();
      publisher.addBlockedListener(blocked::complete, () -> unblocked.complete(null));
      Channel channel = publisher.createChannel();
      channel.queueDeclare("full", true, false, false, null);
      channel.confirmSelect();
      // far more than the limit; the alarm is raised by the store's next look at its memory
      int published = 0;
      while (!isDone(blocked)) {
        assertThat(published).as("messages of 10 kB before the alarm").isLessThan(1_000);
        for (int i = 0; i < 10; i++) {
          channel.basicPublish("", "full", null, new byte[10_000]);
          published++;
        }
      }
      assertThat(blocked.get()).isEqualTo("node 1 is low on memory");
      Channel free = other.createChannel();
      assertThat(unblocked).isNotDone();
      while (!isDone(unblocked)) {
        free.queuePurge("full");
      }
      channel.waitForConfirmsOrDie(30_000);
      assertThat(free.queueDeclarePassive("full").getConsumerCount()).isZero();
    }
  }

  private static boolean isDone(CompletableFuture<?> future) throws Exception {
    try {
      future.get(100, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }
}
