package io.quorate.raftqueue.store;

import io.quorate.raftqueue.raft.RaftGroup;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Waits until this node knows of every definition that was answered before: a linearizable read.
 * Asked again while there is no leader; whoever waits for the answer bounds how long. Thread-safe.
 */
final class ReadBarrier {

  private static final long RETRY_MS = 50;

  private final Map<Integer, RaftGroup> groups;
  private final ScheduledExecutorService background;
  private final BooleanSupplier closed;

  /**
   * @param groups the metadata group is among them once it has been started
   * @param closed whether nobody needs an answer any more
   */
  ReadBarrier(
      Map<Integer, RaftGroup> groups, ScheduledExecutorService background, BooleanSupplier closed) {
    this.groups = groups;
    this.background = background;
    this.closed = closed;
  }

  CompletableFuture<Void> passed() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    attempt(done);
    return done;
  }

  private void attempt(CompletableFuture<Void> done) {
    RaftGroup metadata = groups.get(RaftGroup.METADATA);
    if (done.isDone() || metadata == null || closed.getAsBoolean()) {
      done.cancel(false);
      return;
    }
    metadata
        .readBarrier()
        .whenComplete(
            (ok, failure) -> {
              if (failure == null) {
                done.complete(null);
              } else if (!closed.getAsBoolean()) {
                background.schedule(() -> attempt(done), RETRY_MS, TimeUnit.MILLISECONDS);
              }
            });
  }
}
