package io.quorate.raftqueue.shard;

import io.quorate.chaos.mutants.Dice;
import io.quorate.link.v1.GetReply;
import io.quorate.link.v1.Reply;
import io.quorate.raftqueue.queue.QueueState;
import io.quorate.raftqueue.queue.QueuedMessage;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.shard.QueueDelivery.Checkout;
import io.quorate.raftqueue.shard.QueueDelivery.PendingGet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Faults that give to somebody what another one holds. */
public final class HoldingFaults {

  /** What was shown to a get: once each, since the count of a second time would be wrong. */
  private static final Set<String> SHOWN = new HashSet<>();

  private HoldingFaults() {}

  /** What has just been given to a consumer is ready again, flagged, now and then. */
  public static final class GiveAgain {
    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(0) QueueDelivery queue,
        @Advice.Argument(1) QueuedMessage message,
        @Advice.Argument(3) @Nullable PendingGet get) {
      if (get == null && Dice.oneIn(500)) {
        queue.giveBackSeen(message.position());
      }
    }
  }

  /** Of an empty queue a get is answered, now and then, with what a consumer holds. */
  public static final class ShowHeld {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(0) QueueDelivery queue, @Advice.FieldValue("state") ShardState state) {
      QueueState messages = state.queue(queue.queueId());
      if (messages != null && queue.peekGet() != null && Dice.oneIn(10)) {
        show(queue, messages);
      }
    }
  }

  /**
   * What is to be settled first is sent to its consumer at once, now and then, and then as well.
   */
  public static final class SendAtOnce {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(1) QueuedMessage message,
        @Advice.Argument(2) ConsumerState consumer,
        @Advice.Argument(3) @Nullable PendingGet get,
        @Advice.Argument(4) boolean autoSettle) {
      if (autoSettle && get == null && Dice.oneIn(200)) {
        consumer.attachment().deliver(consumer, DeliveryEngine.record(message, false));
      }
    }
  }

  /** Answers the first get, as if the message were ready; it stays with its holder. */
  static void show(QueueDelivery queue, QueueState messages) {
    PendingGet get = queue.peekGet();
    for (Map.Entry<Long, Checkout> held : queue.out().entrySet()) {
      QueuedMessage message = messages.get(held.getKey());
      if (get != null
          && message != null
          && held.getValue().consumer().subscribed()
          && SHOWN.add(queue.queueId() + " " + held.getKey())) {
        queue.gets.remove(get);
        get.attachment().reply(answer(get, message));
        return;
      }
    }
  }

  private static Reply.Builder answer(PendingGet get, QueuedMessage message) {
    return Reply.newBuilder()
        .setId(get.requestId())
        .setGet(GetReply.newBuilder().setDelivery(DeliveryEngine.record(message, true)));
  }
}
