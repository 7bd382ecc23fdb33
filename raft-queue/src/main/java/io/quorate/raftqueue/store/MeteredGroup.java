package io.quorate.raftqueue.store;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.raft.RaftGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A group whose proposals are measured: how large the batches are, and how long a commit takes. */
final class MeteredGroup implements RaftGroup {

  private final RaftGroup group;
  private final DistributionSummary batchBytes;
  private final Timer commitLatency;

  MeteredGroup(RaftGroup group, MeterRegistry registry) {
    this.group = group;
    String shard = Integer.toString(group.id());
    this.batchBytes =
        DistributionSummary.builder("quorate.shard.batch.bytes")
            .description("Size of the Raft entries that this node proposed")
            .baseUnit("bytes")
            .tag("shard", shard)
            .publishPercentiles(0.5, 0.99)
            .register(registry);
    this.commitLatency =
        Timer.builder("quorate.shard.commit.latency")
            .description("From proposing an entry to its commit")
            .tag("shard", shard)
            .publishPercentiles(0.5, 0.99)
            .register(registry);
  }

  @Override
  public CompletableFuture<Void> propose(byte[] entry, @Nullable Object context) {
    long start = System.nanoTime();
    batchBytes.record(entry.length);
    CompletableFuture<Void> committed = group.propose(entry, context);
    committed.thenRun(() -> commitLatency.record(System.nanoTime() - start, TimeUnit.NANOSECONDS));
    return committed;
  }

  @Override
  public int id() {
    return group.id();
  }

  @Override
  public boolean leaseValid() {
    return group.leaseValid();
  }

  @Override
  public void announceCommit() {
    group.announceCommit();
  }

  @Override
  public CompletableFuture<Void> readBarrier() {
    return group.readBarrier();
  }

  @Override
  public void takeSnapshot() {
    group.takeSnapshot();
  }

  @Override
  public long bytesSinceSnapshot() {
    return group.bytesSinceSnapshot();
  }

  @Override
  public CompletableFuture<Void> transferLeadership(int toNode) {
    return group.transferLeadership(toNode);
  }

  @Override
  public ClusterStatus.Group status() {
    return group.status();
  }

  @Override
  public long silenceMs(int node) {
    return group.silenceMs(node);
  }
}
