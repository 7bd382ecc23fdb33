package io.quorate.raftqueue.queue;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.PageRecord;
import io.quorate.log.v1.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything a {@link ShardState} holds, as values that can be compared and printed.
 *
 * @param sessions by node
 * @param queues by id
 * @param bytes of all messages
 * @param digest what all this amounts to
 */
public record ShardDump(
    SortedMap<Integer, SessionDump> sessions,
    SortedMap<Long, QueueDump> queues,
    long bytes,
    long digest) {

  /** How far a frontend's stream of operations has come. */
  public record SessionDump(long incarnation, long lastSequence) {}

  /** One queue with its messages in order of position. */
  public record QueueDump(
      long nextPosition,
      long horizon,
      boolean consumed,
      boolean closed,
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
      for (QueuedMessage message : messages(state, queue)) {
        messages.add(
            new MessageDump(
                message.position(), message.deliveryCount(), message.message().toByteString()));
      }
      queues.put(
          queue.id(),
          new QueueDump(
              queue.nextPosition(),
              queue.horizon(),
              queue.consumed(),
              queue.closed(),
              queue.count(),
              queue.bytes(),
              messages));
    }
    return new ShardDump(sessions, queues, state.bytes(), state.digest());
  }

  /** All messages of a queue, from wherever they are. */
  static List<QueuedMessage> messages(ShardState state, QueueState queue) {
    List<QueuedMessage> messages = new ArrayList<>();
    for (Chunk chunk : queue.index().all()) {
      PageRecord record = chunk.page == null ? null : peek(state, chunk.page);
      for (int slot = chunk.next(0); slot >= 0; slot = chunk.next(slot + 1)) {
        messages.add(
            new QueuedMessage(
                chunk.first + slot, message(state, chunk, slot, record), chunk.returns(slot)));
      }
    }
    return messages;
  }

  private static StoredMessage message(
      ShardState state, Chunk chunk, int slot, @Nullable PageRecord record) {
    StoredMessage loaded = chunk.message(slot);
    if (loaded != null) {
      return loaded;
    }
    if (chunk.resident) {
      throw new AssertionError("a message of a chunk in memory is not there");
    }
    if (chunk.content(slot) instanceof SharedBody body && body.extent() != null) {
      return peek(state, body.extent()).getMessages(0);
    }
    int index = record == null ? -1 : record.getSlotsList().indexOf(slot);
    if (record == null || index < 0) {
      throw new AssertionError("message " + (chunk.first + slot) + " is nowhere");
    }
    return record.getMessages(index);
  }

  private static PageRecord peek(ShardState state, Pages.Extent extent) {
    return ((MemoryPages) state.pages()).peek(extent);
  }
}
