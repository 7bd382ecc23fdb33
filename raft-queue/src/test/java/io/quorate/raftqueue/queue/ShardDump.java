package io.quorate.raftqueue.queue;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything a {@link ShardState} holds, as values that can be compared and printed.
 *
 * @param sessions by node
 * @param queues by id
 * @param bytes of all messages
 */
public record ShardDump(
    SortedMap<Integer, SessionDump> sessions, SortedMap<Long, QueueDump> queues, long bytes) {

  /** How far a frontend's stream of operations has come. */
  public record SessionDump(long incarnation, long lastSequence) {}

  /** One queue with its messages in order of position. */
  public record QueueDump(
      long nextPosition,
      long horizon,
      boolean consumed,
      long count,
      long bytes,
      List<MessageDump> messages) {}

  /** One message. */
  public record MessageDump(long position, int deliveryCount, ByteString body) {}

  /** What the state holds now. */
  public static ShardDump of(ShardState state) {
    SortedMap<Integer, SessionDump> sessions = new TreeMap<>();
    state
        .sessions()
        .forEach(
            (node, session) ->
                sessions.put(node, new SessionDump(session.incarnation(), session.lastSequence())));
    SortedMap<Long, QueueDump> queues = new TreeMap<>();
    for (QueueState queue : state.queues()) {
      List<MessageDump> messages = new ArrayList<>();
      for (QueuedMessage message : queue.messages().toList()) {
        messages.add(
            new MessageDump(message.position(), message.deliveryCount(), whole(message.message())));
      }
      queues.put(
          queue.id(),
          new QueueDump(
              queue.nextPosition(),
              queue.horizon(),
              queue.consumed(),
              queue.count(),
              queue.bytes(),
              messages));
    }
    return new ShardDump(sessions, queues, state.bytes());
  }

  private static ByteString whole(StoredMessage message) {
    return message.toByteString();
  }
}
