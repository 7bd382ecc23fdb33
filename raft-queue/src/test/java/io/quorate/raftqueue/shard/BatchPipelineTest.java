package io.quorate.raftqueue.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.log.v1.Batch;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.Session;
import io.quorate.log.v1.Settle;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.raft.RaftGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How operations share Raft entries. */
class BatchPipelineTest {

  private static final long DELAY = ShardSettings.DEFAULT.settleDelayUs() * 1_000L;

  private static final Operation SETTLE =
      Operation.newBuilder()
          .setSettle(Settle.newBuilder().setQueueId(1).setHolder(1).addPositions(1))
          .build();

  /** Takes note of what is proposed; nothing commits by itself. */
  private static final class Group implements RaftGroup {
    final List<Integer> entries = new ArrayList<>();

    @Override
    public CompletableFuture<Void> propose(byte[] entry, @Nullable Object context) {
      Batch batch = ((BatchPipeline.Proposal) java.util.Objects.requireNonNull(context)).batch();
      entries.add(batch.getRunsList().stream().mapToInt(run -> run.getOperationsCount()).sum());
      return new CompletableFuture<>();
    }

    @Override
    public int id() {
      return 0;
    }

    @Override
    public boolean leaseValid() {
      return true;
    }

    @Override
    public void announceCommit() {}

    @Override
    public CompletableFuture<Void> readBarrier() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void takeSnapshot() {}

    @Override
    public long bytesSinceSnapshot() {
      return 0;
    }

    @Override
    public CompletableFuture<Void> transferLeadership(int toNode) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public ClusterStatus.Group status() {
      return new ClusterStatus.Group(0, null, "LEADER", 0, 0, 0, List.of());
    }

    @Override
    public long silenceMs(int node) {
      return 0;
    }
  }

  /** Time stands still until it is moved. */
  private static final class StillLoop implements Loop {
    long now;
    long patience;

    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public void schedule(Runnable task, long delayMs) {}

    @Override
    public long patienceNanos() {
      return patience;
    }

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public void afterBurst(Runnable hook) {}
  }

  private final Group group = new Group();
  private final StillLoop loop = new StillLoop();
  private final BatchPipeline pipeline =
      new BatchPipeline(group, loop, ShardSettings.DEFAULT, () -> true);

  private void add(int operations, int bytes) {
    for (int i = 0; i < operations; i++) {
      pipeline.add(
          null,
          Operation.newBuilder()
              .setEnqueue(
                  Enqueue.newBuilder()
                      .addQueueIds(1)
                      .setMessage(
                          StoredMessage.newBuilder().setBody(ByteString.copyFrom(new byte[bytes]))))
              .build());
    }
  }

  @Test
  void loneOperationsLeaveAtOnce() {
    add(1, 10);
    pipeline.flush();
    add(1, 10);
    pipeline.flush();
    assertThat(group.entries).containsExactly(1, 1);
  }

  @Test
  void noMoreEntriesThanAllowedAreUnderWay() {
    for (int i = 0; i < 5; i++) {
      add(1, 10);
      pipeline.flush();
    }
    assertThat(group.entries).containsExactly(1, 1);
    pipeline.applied();
    pipeline.flush();
    assertThat(group.entries).containsExactly(1, 1, 3);
  }

  private void settle() {
    pipeline.add(Session.newBuilder().setNode(1).setIncarnation(1).build(), SETTLE);
  }

  @Test
  void whatComesWhileACrowdIsUnderWaySharesTheNextEntry() {
    add(100, 10);
    pipeline.flush();
    for (int i = 0; i < 30; i++) {
      add(1, 10);
      pipeline.flush();
    }
    assertThat(group.entries).containsExactly(100);
    assertThat(pipeline.crowded()).isTrue();
    pipeline.applied();
    pipeline.flush();
    assertThat(group.entries).containsExactly(100, 30);
  }

  @Test
  void aFullEntryLeavesBesideACrowd() {
    add(100, 10);
    pipeline.flush();
    add(30, 10_000);
    pipeline.flush();
    assertThat(group.entries).hasSize(2);
    assertThat(group.entries.get(1)).isBetween(26, 27);
  }

  @Test
  void withoutAnythingUnderWayNothingIsCrowded() {
    add(100, 10);
    pipeline.flush();
    pipeline.applied();
    assertThat(pipeline.crowded()).isFalse();
  }

  @Test
  void aCrowdsNextEntryWaitsForCompanyOnABusyMachine() {
    loop.patience = 1_000;
    add(20, 10);
    pipeline.flush();
    add(3, 10);
    pipeline.applied();
    pipeline.flush();
    assertThat(pipeline.lingerNanos()).isEqualTo(1_000);
    add(4, 10);
    loop.now = 999;
    pipeline.flush();
    assertThat(group.entries).containsExactly(20);

    loop.now = 1_000;
    pipeline.flush();
    assertThat(group.entries).containsExactly(20, 7);
    assertThat(pipeline.lingerNanos()).isZero();
  }

  @Test
  void acksThatNobodyWaitsForWaitForCompany() {
    settle();
    pipeline.flush();
    assertThat(group.entries).isEmpty();
    assertThat(pipeline.waitNanos()).isEqualTo(DELAY);
    loop.now = 1_000;
    settle();
    add(1, 10);
    pipeline.flush();
    assertThat(group.entries).containsExactly(3);
    assertThat(pipeline.waitNanos()).isZero();
  }

  @Test
  void acksWaitNoLongerThanTheDelayOfTheFirst() {
    settle();
    loop.now = DELAY - 1;
    settle();
    pipeline.flush();
    assertThat(pipeline.waitNanos()).isEqualTo(1);
    loop.now = DELAY;
    pipeline.flush();
    assertThat(group.entries).containsExactly(2);
    settle();
    assertThat(pipeline.waitNanos()).isEqualTo(DELAY);
  }

  @Test
  void acksThatSomebodyWaitsForLeaveAtOnce() {
    settle();
    pipeline.hurry();
    pipeline.flush();
    settle();
    pipeline.flush();
    assertThat(group.entries).containsExactly(1);
  }

  @Test
  void acksThatComeAfterSomebodyWaitedMayWait() {
    pipeline.hurry();
    settle();
    pipeline.flush();
    assertThat(group.entries).isEmpty();
    assertThat(pipeline.waitNanos()).isEqualTo(DELAY);
  }

  @Test
  void whatTheLeaderSettlesItselfLeavesAtOnce() {
    pipeline.add(null, SETTLE);
    pipeline.flush();
    assertThat(group.entries).containsExactly(1);
  }

  @Test
  void aFullEntryWaitsForNobody() {
    loop.patience = 1_000;
    add(20, 10);
    pipeline.flush();
    pipeline.applied();
    add(2, ShardSettings.DEFAULT.batchBytes());
    pipeline.flush();
    assertThat(group.entries).hasSize(3);
  }

  @Test
  void aLoneMessageWaitsForNobody() {
    loop.patience = 1_000;
    add(1, 10);
    pipeline.flush();
    pipeline.applied();
    add(1, 10);
    pipeline.flush();
    assertThat(group.entries).containsExactly(1, 1);
  }
}
