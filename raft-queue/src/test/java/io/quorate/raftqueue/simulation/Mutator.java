package io.quorate.raftqueue.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.link.v1.ToShard;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Session;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rewrites entries as a broken broker would have understood them. */
final class Mutator {

  private final Mutation mutation;
  private final Map<String, Long> sequences = new HashMap<>();
  private final Map<String, Operation> settles = new HashMap<>();

  Mutator(Mutation mutation) {
    this.mutation = mutation;
  }

  /** What a frontend sends to a leader. */
  void sent(Session session, ToShard message) {
    if (mutation == Mutation.SETTLE_UNCHECKED) {
      for (Operation operation : message.getWork().getOperationsList()) {
        if (operation.hasSettle()) {
          settles.put(name(session) + "/" + operation.getSequence(), operation);
        }
      }
    }
  }

  /**
   * An entry at the moment it is agreed: for the oracle and all replicas but the one that proposed
   * it, which goes by what it has proposed.
   */
  byte @Nullable [] agreed(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    return switch (mutation) {
      case DEDUP_OFF -> renumbered(parse(bytes));
      case SETTLE_UNCHECKED -> asAsked(parse(bytes));
      case NONE, LEASE_IGNORED, HORIZON_SKIPPED -> bytes;
    };
  }

  /** Settles are as they were sent, whatever the leader has made of them. */
  private byte[] asAsked(Batch original) {
    Batch.Builder batch = original.toBuilder();
    for (Run.Builder run : batch.getRunsBuilderList()) {
      for (Operation.Builder operation : run.getOperationsBuilderList()) {
        Operation asked = settles.get(name(run.getSession()) + "/" + operation.getSequence());
        if (run.hasSession() && asked != null) {
          operation.setSettle(asked.getSettle());
        }
      }
    }
    return batch.build().toByteArray();
  }

  private static String name(Session session) {
    return session.getNode() + "/" + session.getIncarnation();
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
      String session = name(run.getSession());
      for (Operation.Builder operation : run.getOperationsBuilderList()) {
        if (run.hasSession()) {
          operation.setSequence(sequences.merge(session, 1L, Long::sum));
        }
      }
    }
    return batch.build().toByteArray();
  }
}
