package io.quorate.benchmarks;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.CreateQueue;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Run;
import io.quorate.log.v1.Settle;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Effects;
import io.quorate.raftqueue.queue.ShardState;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a replica does with a committed entry of 64 messages that come and 64 that go. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class QueueBenchmark {
  private static final int MESSAGES = 64;

  /** Messages that wait in the queue meanwhile. */
  @Param({"0", "100000"})
  private int backlog;

  private final ShardState state = new ShardState();
  private final StoredMessage message =
      StoredMessage.newBuilder()
          .setRoutingKey("queue")
          .setBody(ByteString.copyFrom(new byte[1024]))
          .build();
  private long settled;

  @Setup
  public void fill() {
    Run.Builder run = Run.newBuilder();
    run.addOperations(
        Operation.newBuilder().setCreateQueue(CreateQueue.newBuilder().setQueueId(1)));
    for (int i = 0; i < backlog; i++) {
      run.addOperations(enqueue());
    }
    apply(run);
  }

  private Operation.Builder enqueue() {
    return Operation.newBuilder()
        .setEnqueue(Enqueue.newBuilder().addQueueIds(1).setMessage(message));
  }

  private void apply(Run.Builder run) {
    state.apply(
        Batch.newBuilder().setVersion(ShardState.FORMAT_VERSION).addRuns(run).build(),
        Effects.NONE);
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public long enqueueAndSettle() {
    Run.Builder run = Run.newBuilder();
    Settle.Builder settle = Settle.newBuilder().setQueueId(1);
    for (int i = 0; i < MESSAGES; i++) {
      run.addOperations(enqueue());
      settle.addPositions(++settled);
    }
    run.addOperations(Operation.newBuilder().setSettle(settle));
    apply(run);
    return state.bytes();
  }
}
