package io.quorate.raftqueue.queue;

import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What {@link ShardState} should do, in the plainest way: lists and maps, nothing clever. */
final class ShardModel {

  private static final class Message {
    final long position;
    final StoredMessage body;
    int returns;

    Message(long position, StoredMessage body) {
      this.position = position;
      this.body = body;
    }
  }

  private static final class Queue {
    final List<Message> messages = new ArrayList<>();
    long next = 1;
    long horizon;
    boolean consumed;
    boolean closed;
  }

  private final Map<Integer, long[]> sessions = new TreeMap<>();
  private final Map<Long, Queue> queues = new TreeMap<>();

  void apply(Batch batch) {
    for (Run run : batch.getRunsList()) {
      for (Operation operation : run.getOperationsList()) {
        if (!run.hasSession() || isNext(run.getSession(), operation.getSequence())) {
          apply(operation);
        }
      }
    }
  }

  private boolean isNext(Session session, long sequence) {
    long[] known = sessions.get(session.getNode());
    if (known == null || known[0] != session.getIncarnation() || known[1] + 1 != sequence) {
      return false;
    }
    known[1] = sequence;
    return true;
  }

  private void apply(Operation operation) {
    switch (operation.getKindCase()) {
      case ENQUEUE -> {
        for (long id : operation.getEnqueue().getQueueIdsList()) {
          Queue queue = queues.get(id);
          if (queue != null && !queue.closed) {
            queue.messages.add(new Message(queue.next++, operation.getEnqueue().getMessage()));
          }
        }
      }
      case SETTLE -> {
        Queue queue = queues.get(operation.getSettle().getQueueId());
        if (queue != null) {
          queue.messages.removeIf(
              m -> operation.getSettle().getPositionsList().contains(m.position));
        }
      }
      case REQUEUE -> {
        Queue queue = queues.get(operation.getRequeue().getQueueId());
        if (queue != null) {
          for (long position : operation.getRequeue().getPositionsList()) {
            queue.messages.stream().filter(m -> m.position == position).forEach(m -> m.returns++);
          }
        }
      }
      case CREATE_QUEUE -> queues.putIfAbsent(operation.getCreateQueue().getQueueId(), new Queue());
      case DELETE_QUEUE -> queues.remove(operation.getDeleteQueue().getQueueId());
      case PURGE -> {
        Queue queue = queues.get(operation.getPurge().getQueueId());
        if (queue != null) {
          queue.messages.removeIf(
              m ->
                  m.position <= operation.getPurge().getUpToPosition()
                      && !operation.getPurge().getExceptPositionsList().contains(m.position));
        }
      }
      case HORIZON -> {
        Queue queue = queues.get(operation.getHorizon().getQueueId());
        if (queue != null) {
          queue.horizon = Math.max(queue.horizon, operation.getHorizon().getPosition());
        }
      }
      case MARK_CONSUMED -> {
        Queue queue = queues.get(operation.getMarkConsumed().getQueueId());
        if (queue != null) {
          queue.consumed = !operation.getMarkConsumed().getUndone();
        }
      }
      case CLOSE_QUEUE -> {
        Queue queue = queues.get(operation.getCloseQueue().getQueueId());
        long next = operation.getCloseQueue().getIfNextPosition();
        if (queue != null && (next == 0 || next == queue.next)) {
          queue.closed = true;
        }
      }
      case OPEN_SESSION -> {
        Session session = operation.getOpenSession().getSession();
        long[] known = sessions.get(session.getNode());
        if (known == null || known[0] < session.getIncarnation()) {
          sessions.put(session.getNode(), new long[] {session.getIncarnation(), 0});
        }
      }
      case CLOSE_SESSION -> sessions.remove(operation.getCloseSession().getNode());
      case KIND_NOT_SET -> throw new AssertionError("no such operation is generated");
    }
  }

  ShardDump dump() {
    SortedMap<Integer, ShardDump.SessionDump> sessionDumps = new TreeMap<>();
    sessions.forEach(
        (node, session) ->
            sessionDumps.put(node, new ShardDump.SessionDump(session[0], session[1])));
    SortedMap<Long, ShardDump.QueueDump> queueDumps = new TreeMap<>();
    long all = 0;
    long digest = 0;
    for (Map.Entry<Integer, long[]> session : sessions.entrySet()) {
      digest += Digest.session(session.getKey(), session.getValue()[0], session.getValue()[1]);
    }
    for (Map.Entry<Long, Queue> entry : queues.entrySet()) {
      Queue queue = entry.getValue();
      List<ShardDump.MessageDump> messages = new ArrayList<>();
      long bytes = 0;
      digest += Digest.queue(entry.getKey(), queue.horizon, queue.consumed, queue.closed);
      digest += queue.next * Digest.position(entry.getKey());
      for (Message message : queue.messages) {
        digest +=
            Digest.message(
                entry.getKey(), message.position, Totals.sizeOf(message.body), message.returns);
        messages.add(
            new ShardDump.MessageDump(
                message.position, message.returns, message.body.toByteString()));
        bytes += 256 + message.body.getProperties().size() + message.body.getBody().size();
      }
      all += bytes;
      queueDumps.put(
          entry.getKey(),
          new ShardDump.QueueDump(
              queue.next,
              queue.horizon,
              queue.consumed,
              queue.closed,
              messages.size(),
              bytes,
              messages));
    }
    return new ShardDump(sessionDumps, queueDumps, all, digest);
  }
}
