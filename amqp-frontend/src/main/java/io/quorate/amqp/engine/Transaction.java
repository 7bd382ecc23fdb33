package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.method.TxCommitOk;
import io.quorate.amqp.protocol.method.TxRollbackOk;
import io.quorate.amqp.protocol.method.TxSelectOk;
import java.util.ArrayList;
import java.util.List;

/**
 * The transaction of a channel: what it publishes and answers is held until {@code tx.commit}.
 *
 * <p>A commit first sends the messages; when all of them are as safe as confirmed ones it settles
 * and gives back the deliveries, and is answered when that is certain too. So whatever fails in
 * between leaves messages that come twice, never one that is gone. It is no transaction across
 * queues: others may see a part of it before the rest.
 *
 * <p>What is held counts against a bound of the connection.
 */
final class Transaction {

  /** An ack, nack or reject of one delivery. */
  record Answer(long tag, Holder holder, long position, boolean requeue) {}

  /** What a held message takes beyond its content and names. */
  private static final long MESSAGE_OVERHEAD_BYTES = 256;

  /** What each queue of a held message takes: the list may be its own. */
  private static final long QUEUE_BYTES = 8;

  private static final long ANSWER_BYTES = 64;

  private final ChannelEngine channel;
  private final UnackedDeliveries.Taker settle =
      (tag, holder, position) -> hold(new Answer(tag, holder, position, false));
  private final UnackedDeliveries.Taker giveBack =
      (tag, holder, position) -> hold(new Answer(tag, holder, position, true));
  private List<Publishing.Routed> messages = new ArrayList<>();
  private List<Answer> answers = new ArrayList<>();
  private long messageBytes;
  private boolean selected;

  Transaction(ChannelEngine channel) {
    this.channel = channel;
  }

  /** Whether the channel is in transaction mode, which it never leaves. */
  boolean isSelected() {
    return selected;
  }

  void select() {
    if (channel.publishing().isConfirming()) {
      throw Errors.precondition("cannot switch from confirm to tx mode");
    }
    selected = true;
    channel.reply(new TxSelectOk());
  }

  // ---- holding

  void hold(Publishing.Routed message) {
    messages.add(message);
    long names = message.publish().exchange().length() + message.publish().routingKey().length();
    long bytes =
        MESSAGE_OVERHEAD_BYTES
            + message.sizeBytes()
            + Character.BYTES * names
            + QUEUE_BYTES * message.queues().size();
    messageBytes += bytes;
    channel.connection().intake().heldByTransactions(bytes);
  }

  /** Takes deliveries that the client has answered. */
  UnackedDeliveries.Taker taker(boolean requeue) {
    return requeue ? giveBack : settle;
  }

  private void hold(Answer answer) {
    answers.add(answer);
    channel.connection().intake().heldByTransactions(ANSWER_BYTES);
  }

  // ---- its end

  void commit() {
    requireSelected();
    channel.await(
        channel.publishing().commit(takeMessages()),
        accepted -> {
          if (!accepted) {
            throw Errors.precondition("partial tx completion");
          }
          channel.consuming().deliveries().apply(takeAnswers());
          channel.reply(new TxCommitOk());
        });
  }

  void rollback() {
    requireSelected();
    takeMessages();
    channel.consuming().deliveries().restore(takeAnswers());
    channel.reply(new TxRollbackOk());
  }

  private void requireSelected() {
    if (!selected) {
      throw Errors.precondition("channel is not transactional");
    }
  }

  /** The channel is gone: messages are forgotten; what was answered is still to be given back. */
  void abandon() {
    takeMessages();
  }

  private List<Publishing.Routed> takeMessages() {
    List<Publishing.Routed> taken = messages;
    messages = new ArrayList<>();
    channel.connection().intake().releasedByTransactions(messageBytes);
    messageBytes = 0;
    return taken;
  }

  /** What was answered and not committed; held no longer. */
  List<Answer> takeAnswers() {
    List<Answer> taken = answers;
    answers = new ArrayList<>();
    channel.connection().intake().releasedByTransactions(taken.size() * ANSWER_BYTES);
    return taken;
  }
}
