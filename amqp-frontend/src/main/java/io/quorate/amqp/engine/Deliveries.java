package io.quorate.amqp.engine;

import com.google.protobuf.ByteString;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.BasicDeliver;
import io.quorate.amqp.protocol.method.BasicGetOk;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.Message;
import io.quorate.raftqueue.api.QueueRef;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of a channel: numbers them, writes them, and settles or gives back what the client
 * answers. With a channel-wide prefetch limit, deliveries that the consumers of the channel have
 * together been granted beyond it are parked until there is room.
 */
final class Deliveries {

  /** The header that counts returns, of type long. */
  static final String DELIVERY_COUNT = "x-delivery-count";

  private record Parked(Consumer consumer, Delivery delivery) {}

  private final ChannelEngine channel;
  private final Settlements settlements;
  private final UnackedDeliveries unacked = new UnackedDeliveries();
  private final ArrayDeque<Parked> parked = new ArrayDeque<>();
  private final UnackedDeliveries.Taker settle = this::settle;
  private final UnackedDeliveries.Taker giveBack = this::giveBack;
  private long lastTag;
  // unacked deliveries to consumers; the others were fetched with basic.get
  private int consumersUnacked;
  // channel-wide prefetch; 0 is no limit
  private int channelPrefetch;

  Deliveries(ChannelEngine channel, Settlements settlements) {
    this.channel = channel;
    this.settlements = settlements;
  }

  void setChannelPrefetch(int limit) {
    channelPrefetch = limit;
    unpark();
  }

  boolean hasChannelPrefetch() {
    return channelPrefetch > 0;
  }

  /** How many deliveries a consumer may have out or under way more than it holds now. */
  long room(Consumer consumer) {
    long own = consumer.room();
    return channelPrefetch == 0
        ? own
        : Math.max(0, Math.min(own, channelPrefetch - consumersUnacked));
  }

  void deliver(Consumer consumer, List<Delivery> run) {
    for (Delivery delivery : run) {
      if (consumer.autoSettle) {
        write(consumer, delivery);
        continue;
      }
      consumer.held++;
      if (channelPrefetch > 0 && consumersUnacked >= channelPrefetch) {
        parked.add(new Parked(consumer, delivery));
      } else {
        send(consumer, delivery);
      }
    }
    consumer.window.delivered(run.size());
  }

  private void send(Consumer consumer, Delivery delivery) {
    consumersUnacked++;
    unacked.add(lastTag + 1, consumer.holder(), delivery.position());
    write(consumer, delivery);
  }

  private void write(Consumer consumer, Delivery delivery) {
    Message message = delivery.message();
    consumer.window.written(message.payloadBytes());
    channel.connection().context().metrics().delivered(1);
    channel
        .connection()
        .transport()
        .writeContent(
            channel.number(),
            new BasicDeliver(
                consumer.tag,
                ++lastTag,
                delivery.redelivered(),
                message.exchange(),
                message.routingKey()),
            properties(consumer.queue.ref(), delivery),
            message.body());
  }

  /** As RabbitMQ's quorum queues do, replicated queues tell how often a message has come back. */
  private static ByteString properties(QueueRef queue, Delivery delivery) {
    ByteString published = delivery.message().properties();
    return delivery.deliveryCount() == 0 || !queue.replicated()
        ? published
        : PropertyRewriter.withHeader(published, DELIVERY_COUNT, (long) delivery.deliveryCount());
  }

  /** Takes note of a message fetched with {@code basic.get}, and answers what to write. */
  BasicGetOk got(Holder holder, GetResult result, Delivery delivery, boolean autoSettle) {
    lastTag++;
    if (!autoSettle) {
      unacked.add(lastTag, holder, delivery.position());
    }
    Message message = delivery.message();
    channel.connection().context().metrics().got();
    return new BasicGetOk(
        lastTag,
        delivery.redelivered(),
        message.exchange(),
        message.routingKey(),
        Math.max(0, Math.min(result.remaining(), 0xffff_ffffL)));
  }

  /** {@code basic.ack}, {@code nack} and {@code reject}; tag 0 with {@code multiple} means all. */
  void answer(long tag, boolean multiple, boolean requeue) {
    UnackedDeliveries.Taker taker =
        channel.transaction().isSelected()
            ? channel.transaction().taker(requeue)
            : requeue ? giveBack : settle;
    boolean known;
    if (tag == 0 && multiple) {
      unacked.removeAll(taker);
      known = true;
    } else {
      known = multiple ? unacked.removeUpTo(tag, taker) : unacked.remove(tag, taker);
    }
    if (!known) {
      throw ProtocolException.of(
          ReplyCode.PRECONDITION_FAILED, "unknown delivery tag " + Long.toUnsignedString(tag));
    }
    unpark();
    channel.touch();
  }

  /** {@code basic.recover}: at once, and without what a transaction has answered. */
  void recover() {
    unacked.removeAll(giveBack);
    unpark();
    channel.touch();
  }

  /** Does what a transaction held back. */
  void apply(List<Transaction.Answer> answers) {
    for (Transaction.Answer answer : answers) {
      (answer.requeue() ? giveBack : settle).take(answer.tag(), answer.holder(), answer.position());
    }
    unpark();
    channel.touch();
  }

  /** Undoes what a transaction held back: the client holds these again. */
  void restore(List<Transaction.Answer> answers) {
    unacked.restore(answers);
  }

  /** Gives everything back that the client holds, with what it has answered but not committed. */
  void returnAll() {
    restore(channel.transaction().takeAnswers());
    unacked.removeAll(giveBack);
    for (Parked waiting : parked) {
      settlements.giveBack(waiting.consumer().holder(), waiting.delivery().position());
      waiting.consumer().held--;
    }
    parked.clear();
  }

  /** Gives back what was never sent to a consumer that has ended. */
  void returnParked(Consumer consumer) {
    for (Iterator<Parked> all = parked.iterator(); all.hasNext(); ) {
      Parked waiting = all.next();
      if (waiting.consumer() == consumer) {
        settlements.giveBack(consumer.holder(), waiting.delivery().position());
        consumer.held--;
        all.remove();
      }
    }
  }

  private void settle(long tag, Holder holder, long position) {
    settlements.settle(holder, position);
    freed(holder.consumer());
  }

  private void giveBack(long tag, Holder holder, long position) {
    settlements.giveBack(holder, position);
    freed(holder.consumer());
  }

  private void freed(@Nullable Consumer consumer) {
    if (consumer != null) {
      consumersUnacked--;
      consumer.held--;
      channel.consuming().wantCredit(consumer);
    }
  }

  private void unpark() {
    while (channelPrefetch == 0 || consumersUnacked < channelPrefetch) {
      Parked next = parked.poll();
      if (next == null) {
        break;
      }
      send(next.consumer(), next.delivery());
    }
    if (channelPrefetch > 0) {
      channel.consuming().wantCreditForAll();
    }
  }

  /** Writes a fetched message. */
  void writeGot(BasicGetOk method, QueueRef queue, Delivery delivery) {
    channel
        .connection()
        .transport()
        .writeContent(
            channel.number(), method, properties(queue, delivery), delivery.message().body());
  }
}
