package io.quorate.raftqueue.queue;

import io.quorate.chaos.mutants.Dice;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Purge;
import io.quorate.log.v1.Requeue;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Settle;
import java.util.HashMap;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/**
 * Code that is put into methods: it runs as if it stood there. No signature of it names the class
 * that it is put into, which would be loaded while it is being changed.
 */
public final class QueueFaults {

  private QueueFaults() {}

  /** Operations that were applied before are applied again. */
  public static final class ApplyAgain {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.This(typing = Assigner.Typing.DYNAMIC) Object state,
        @Advice.Argument(value = 0, readOnly = false) Batch batch) {
      batch = withoutNumbers(state, batch);
    }
  }

  /** What is numbered as applied already, as the leader's own, which is not numbered. */
  public static Batch withoutNumbers(Object shard, Batch batch) {
    ShardState state = (ShardState) shard;
    Batch.Builder changed = batch.toBuilder().clearRuns();
    Map<Integer, Long> applied = new HashMap<>();
    for (Run run : batch.getRunsList()) {
      if (!run.hasSession()) {
        changed.addRuns(run);
        continue;
      }
      int node = run.getSession().getNode();
      long last =
          applied.computeIfAbsent(
              node, key -> state.lastSequence(key, run.getSession().getIncarnation()));
      Run.Builder again = Run.newBuilder();
      Run.Builder rest = run.toBuilder().clearOperations();
      for (Operation operation : run.getOperationsList()) {
        if (last >= 0 && operation.getSequence() <= last) {
          again.addOperations(operation.toBuilder().setSequence(0));
        } else {
          rest.addOperations(operation);
          last = Math.max(last, operation.getSequence());
        }
      }
      applied.put(node, last);
      changed.addRuns(again).addRuns(rest);
    }
    return changed.build();
  }

  /** Some positions are left out, the same on all replicas. */
  public static final class LoseSettle {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) Settle settle) {
      settle = without(settle);
    }
  }

  public static Settle without(Settle settle) {
    Settle.Builder changed = settle.toBuilder().clearPositions();
    for (long position : settle.getPositionsList()) {
      if (!Dice.chosen(position, 100)) {
        changed.addPositions(position);
      }
    }
    return changed.build();
  }

  /** Some messages that come back are removed. */
  public static final class LoseReturn {
    @Advice.OnMethodExit
    static void exit(
        @Advice.This(typing = Assigner.Typing.DYNAMIC) Object state,
        @Advice.Argument(0) Requeue requeue,
        @Advice.Argument(1) Effects effects) {
      remove(state, requeue, effects);
    }
  }

  public static void remove(Object state, Requeue requeue, Effects effects) {
    Settle.Builder removed = Settle.newBuilder().setQueueId(requeue.getQueueId());
    for (long position : requeue.getPositionsList()) {
      if (Dice.chosen(position, 50)) {
        removed.addPositions(position);
      }
    }
    if (removed.getPositionsCount() > 0) {
      Operation operation = Operation.newBuilder().setSettle(removed).build();
      ((ShardState) state)
          .apply(
              Batch.newBuilder()
                  .setVersion(ShardState.FORMAT_VERSION)
                  .addRuns(Run.newBuilder().addOperations(operation))
                  .build(),
              effects);
    }
  }

  /** A purge ends before the last messages that it should take. */
  public static final class PurgeLess {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) Purge purge) {
      purge = purge.toBuilder().setUpToPosition(purge.getUpToPosition() - 20).build();
    }
  }

  /** Some messages are dropped, the same on all replicas. */
  public static final class LoseEnqueue {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Enqueue enqueue) {
      return Dice.chosen(enqueue.getMessage().getBody().hashCode(), 1000);
    }
  }

  /** Some messages are dropped by one replica. */
  public static final class LoseOnNode2 {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) Enqueue enqueue) {
      return Dice.onNode(2) && Dice.chosen(enqueue.getMessage().getBody().hashCode(), 100);
    }
  }
}
