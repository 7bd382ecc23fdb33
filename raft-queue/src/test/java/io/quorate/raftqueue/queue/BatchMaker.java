package io.quorate.raftqueue.queue;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.CloseQueue;
import io.quorate.log.v1.CloseSession;
import io.quorate.log.v1.CreateQueue;
import io.quorate.log.v1.DeleteQueue;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Horizon;
import io.quorate.log.v1.MarkConsumed;
import io.quorate.log.v1.OpenSession;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Purge;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.Settle;
import io.quorate.log.v1.StoredMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns small random numbers into entries as a leader would write them, and into bad ones. */
final class BatchMaker {

  /** What is to happen. */
  enum Kind {
    ENQUEUE,
    SETTLE,
    REQUEUE,
    PURGE,
    HORIZON,
    CONSUMED,
    END,
    CREATE,
    DELETE,
    OPEN,
    CLOSE
  }

  /**
   * @param session 0 for the leader's own, else a node
   * @param skew added to the number that would be right: below 0 sent twice, above 0 a gap
   * @param queues ids of queues; where one is wanted, the first
   * @param positions numbers of messages
   * @param newEntry whether a new entry begins with it
   */
  record Step(
      Kind kind,
      int session,
      int skew,
      List<Integer> queues,
      List<Integer> positions,
      boolean newEntry) {}

  private final Map<Integer, Long> sequences = new HashMap<>();
  private final Map<Integer, Long> incarnations = new HashMap<>();
  private final List<Batch> batches = new java.util.ArrayList<>();
  private Batch.Builder open = newBatch();
  private int bodies;

  static List<Batch> batches(List<Step> steps) {
    BatchMaker maker = new BatchMaker();
    maker.bootstrap();
    steps.forEach(maker::add);
    maker.close();
    return maker.batches;
  }

  private static Batch.Builder newBatch() {
    return Batch.newBuilder().setVersion(ShardState.FORMAT_VERSION);
  }

  /** Two sessions and two queues, so that most steps find something to work on. */
  private void bootstrap() {
    for (int id = 1; id <= 2; id++) {
      add(new Step(Kind.OPEN, id, 0, List.of(1), List.of(), false));
      add(new Step(Kind.CREATE, 0, 0, List.of(id), List.of(), false));
    }
  }

  private void close() {
    batches.add(open.build());
    open = newBatch();
  }

  private void add(Step step) {
    if (step.newEntry()) {
      close();
    }
    boolean leaders =
        switch (step.kind()) {
          case OPEN, CLOSE, HORIZON, CONSUMED, END, PURGE, CREATE, DELETE -> true;
          case ENQUEUE, SETTLE, REQUEUE -> step.session() == 0;
        };
    if (leaders) {
      open.addRunsBuilder().addOperations(operation(step));
      return;
    }
    int node = step.session();
    long right = sequences.merge(node, 1L, Long::sum);
    if (step.skew() != 0) {
      sequences.merge(node, -1L, Long::sum);
    }
    Operation numbered =
        operation(step).toBuilder().setSequence(Math.max(0, right + step.skew())).build();
    Session session = session(node);
    int last = open.getRunsCount() - 1;
    Run.Builder run =
        last >= 0
                && open.getRunsBuilder(last).hasSession()
                && open.getRunsBuilder(last).getSession().equals(session)
            ? open.getRunsBuilder(last)
            : open.addRunsBuilder().setSession(session);
    run.addOperations(numbered);
  }

  private Session session(int node) {
    return Session.newBuilder()
        .setNode(node)
        .setIncarnation(incarnations.getOrDefault(node, 1L))
        .build();
  }

  private Operation operation(Step step) {
    List<Long> positions = step.positions().stream().map(Integer::longValue).toList();
    long queue = step.queues().get(0);
    long position = positions.isEmpty() ? 0 : positions.get(0);
    Operation.Builder operation = Operation.newBuilder();
    switch (step.kind()) {
      case ENQUEUE ->
          operation.setEnqueue(
              Enqueue.newBuilder()
                  .addAllQueueIds(step.queues().stream().map(Integer::longValue).toList())
                  .setMessage(message()));
      case SETTLE ->
          operation.setSettle(Settle.newBuilder().setQueueId(queue).addAllPositions(positions));
      case REQUEUE ->
          operation.setRequeue(Requeue.newBuilder().setQueueId(queue).addAllPositions(positions));
      case PURGE ->
          operation.setPurge(
              Purge.newBuilder()
                  .setQueueId(queue)
                  .setUpToPosition(position + 5)
                  .addAllExceptPositions(positions));
      case HORIZON ->
          operation.setHorizon(Horizon.newBuilder().setQueueId(queue).setPosition(position));
      case CONSUMED ->
          operation.setMarkConsumed(
              MarkConsumed.newBuilder().setQueueId(queue).setUndone(step.skew() != 0));
      case END ->
          operation.setCloseQueue(
              CloseQueue.newBuilder().setQueueId(queue).setIfNextPosition(position));
      case CREATE -> operation.setCreateQueue(CreateQueue.newBuilder().setQueueId(queue));
      case DELETE -> operation.setDeleteQueue(DeleteQueue.newBuilder().setQueueId(queue));
      case OPEN -> {
        int node = Math.max(1, step.session());
        incarnations.merge(
            node,
            Math.max(1, 1L + step.skew()),
            (old, ignored) -> Math.max(1, old + 1 + step.skew()));
        sequences.remove(node);
        operation.setOpenSession(OpenSession.newBuilder().setSession(session(node)));
      }
      case CLOSE ->
          operation.setCloseSession(CloseSession.newBuilder().setNode(Math.max(1, step.session())));
    }
    return operation.build();
  }

  private StoredMessage message() {
    int number = ++bodies;
    return StoredMessage.newBuilder()
        .setExchange(number % 2 == 0 ? "" : "amq.topic")
        .setRoutingKey("key" + number)
        .setProperties(ByteString.copyFrom(new byte[] {0, 0}))
        .setBody(ByteString.copyFromUtf8("body " + number))
        .build();
  }
}
