package io.quorate.raftqueue.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Run;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rewrites entries as a broken broker would have understood them. */
final class Mutator {

  private final Mutation mutation;
  private final Map<String, Long> sequences = new HashMap<>();

  Mutator(Mutation mutation) {
    this.mutation = mutation;
  }

  /** An entry at the moment it is agreed: for all replicas. */
  byte @Nullable [] agreed(byte @Nullable [] bytes) {
    return bytes == null || mutation != Mutation.DEDUP_OFF ? bytes : renumbered(parse(bytes));
  }

  /** An entry as a replica sees it that did not propose it. */
  byte[] atFollower(byte[] bytes) {
    if (mutation != Mutation.HORIZON_SKIPPED) {
      return bytes;
    }
    Batch.Builder batch = parse(bytes).toBuilder();
    for (Run.Builder run : batch.getRunsBuilderList()) {
      for (Operation.Builder operation : run.getOperationsBuilderList()) {
        if (operation.hasHorizon()) {
          operation.getHorizonBuilder().setPosition(0);
        }
      }
    }
    return batch.build().toByteArray();
  }

  private static Batch parse(byte[] bytes) {
    try {
      return Batch.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** Whatever number an operation has, it counts as the next. */
  private byte[] renumbered(Batch original) {
    Batch.Builder batch = original.toBuilder();
    for (Run.Builder run : batch.getRunsBuilderList()) {
      String session = run.getSession().getNode() + "/" + run.getSession().getIncarnation();
      for (Operation.Builder operation : run.getOperationsBuilderList()) {
        if (run.hasSession()) {
          operation.setSequence(sequences.merge(session, 1L, Long::sum));
        }
      }
    }
    return batch.build().toByteArray();
  }
}
