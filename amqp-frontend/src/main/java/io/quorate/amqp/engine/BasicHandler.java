package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.method.BasicAck;
import io.quorate.amqp.protocol.method.BasicCancel;
import io.quorate.amqp.protocol.method.BasicConsume;
import io.quorate.amqp.protocol.method.BasicGet;
import io.quorate.amqp.protocol.method.BasicGetEmpty;
import io.quorate.amqp.protocol.method.BasicGetOk;
import io.quorate.amqp.protocol.method.BasicNack;
import io.quorate.amqp.protocol.method.BasicQos;
import io.quorate.amqp.protocol.method.BasicQosOk;
import io.quorate.amqp.protocol.method.BasicRecover;
import io.quorate.amqp.protocol.method.BasicRecoverAsync;
import io.quorate.amqp.protocol.method.BasicRecoverOk;
import io.quorate.amqp.protocol.method.BasicReject;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.QueueRef;

/** Methods of the class basic, but for publishing. */
final class BasicHandler {

  private static final Completion NOBODY_WAITS = outcome -> {};

  private final ChannelEngine channel;
  private final Lookup lookup;

  BasicHandler(ChannelEngine channel, Lookup lookup) {
    this.channel = channel;
    this.lookup = lookup;
  }

  void qos(BasicQos method) {
    if (method.prefetchSize() != 0) {
      throw Errors.notImplemented("prefetch_size!=0 (%d)".formatted(method.prefetchSize()));
    }
    channel.consuming().setPrefetch(method.prefetchCount(), method.global());
    channel.reply(new BasicQosOk());
  }

  void consume(BasicConsume method) {
    if (method.queue().equals(DirectReplies.PSEUDO_QUEUE)) {
      channel.replies().consume(method);
      return;
    }
    lookup.queue(method.queue(), queue -> channel.consuming().consume(method, queue));
  }

  void cancel(BasicCancel method) {
    channel.consuming().cancel(method);
  }

  void get(BasicGet method) {
    lookup.queue(
        method.queue(),
        queue ->
            channel.await(
                channel.store().get(queue.ref(), method.noAck()),
                result -> got(method, queue.ref(), result),
                late -> giveBackLate(method, queue.ref(), late)));
  }

  private void got(BasicGet method, QueueRef queue, GetResult result) {
    Delivery delivery = result.delivery();
    if (delivery == null) {
      channel.reply(new BasicGetEmpty());
      return;
    }
    Deliveries deliveries = channel.consuming().deliveries();
    BasicGetOk ok =
        deliveries.got(new Holder(queue, result.holder(), null), result, delivery, method.noAck());
    channel.answer(() -> deliveries.writeGot(ok, queue, delivery));
  }

  /** The channel went away before its message came. */
  private void giveBackLate(BasicGet method, QueueRef queue, GetResult late) {
    Delivery delivery = late.delivery();
    if (delivery != null && !method.noAck()) {
      channel.store().requeue(queue, late.holder(), new long[] {delivery.position()}, NOBODY_WAITS);
    }
  }

  void ack(BasicAck method) {
    channel.consuming().deliveries().answer(method.deliveryTag(), method.multiple(), false);
  }

  void nack(BasicNack method) {
    channel
        .consuming()
        .deliveries()
        .answer(method.deliveryTag(), method.multiple(), method.requeue());
  }

  void reject(BasicReject method) {
    channel.consuming().deliveries().answer(method.deliveryTag(), false, method.requeue());
  }

  void recover(BasicRecover method) {
    returnAll(method.requeue());
    channel.reply(new BasicRecoverOk());
  }

  void recoverAsync(BasicRecoverAsync method) {
    returnAll(method.requeue());
  }

  private void returnAll(boolean requeue) {
    if (!requeue) {
      throw Errors.notImplemented("requeue=false");
    }
    channel.consuming().deliveries().recover();
    channel.flushSettlements();
  }
}
