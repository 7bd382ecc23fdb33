package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.method.BasicConsume;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.QueueDefinition;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Direct reply-to of a channel: who consumes from {@code amq.rabbitmq.reply-to} and publishes
 * requests that name it gets the answers without declaring a queue.
 *
 * <p>Behind it is an exclusive, auto-delete queue in this node's memory, made when the channel
 * starts to consume; its name, which nobody can guess, stands in the requests. So answers find it
 * from every node, and one that comes too late is unroutable like any other message.
 */
final class DirectReplies {

  static final String PSEUDO_QUEUE = "amq.rabbitmq.reply-to";
  private static final String PREFIX = PSEUDO_QUEUE + ".";

  private final ChannelEngine channel;
  private @Nullable QueueDefinition queue;

  DirectReplies(ChannelEngine channel) {
    this.channel = channel;
  }

  /** Whether a name is the pseudo queue's or that of a queue behind it. */
  static boolean isReplyName(String name) {
    return name.equals(PSEUDO_QUEUE) || name.startsWith(PREFIX);
  }

  /** {@code basic.consume} from the pseudo queue; once per channel. */
  void consume(BasicConsume method) {
    if (!method.noAck()) {
      throw Errors.precondition("reply consumer cannot acknowledge");
    }
    if (active() != null) {
      throw Errors.precondition("reply consumer already set");
    }
    ConnectionEngine connection = channel.connection();
    CompletableFuture<DefinitionResult> declaration =
        channel
            .store()
            .define(
                new DefinitionCommand.DeclareQueue(
                    connection.vhost(),
                    newName(connection.context().names()),
                    false,
                    true,
                    true,
                    connection.owner(),
                    channel.store().localShard(),
                    Map.of()));
    connection.shutdown().declares(declaration);
    channel.await(
        declaration,
        result -> {
          if (!(result instanceof DefinitionResult.Queue declared)) {
            throw new IllegalStateException("the store answered a declaration with " + result);
          }
          queue = declared.queue();
          channel.consuming().consume(method, declared.queue());
        });
  }

  /** In RabbitMQ's form, which some programs take apart: two parts, the second with padding. */
  private static String newName(EngineNames names) {
    return names.next(PREFIX) + "." + names.next("") + "==";
  }

  /** What a request of this channel carries as {@code reply-to}, in place of the pseudo queue. */
  String replyTo() {
    QueueDefinition active = active();
    if (active == null) {
      throw Errors.precondition("fast reply consumer does not exist");
    }
    return active.name();
  }

  private @Nullable QueueDefinition active() {
    QueueDefinition known = queue;
    return known != null && channel.consuming().isConsuming(known) ? known : null;
  }
}
