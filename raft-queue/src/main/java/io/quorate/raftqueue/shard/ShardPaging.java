package io.quorate.raftqueue.shard;

import io.quorate.raftqueue.queue.Pages;
import io.quorate.raftqueue.queue.ShardState;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Keeps the bodies of one replica within the node's budget. On the loop, but for restores. */
final class ShardPaging {

  /** So that a turn stays short; more follows in the next. */
  private static final int RUNS_PER_TURN = 4;

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int RETRY_RECORDS = 1_000;

  private final Loop loop;
  private final PageBudget budget;
  private final Supplier<? extends Pages> newPages;
  private long counted;
  private boolean backingOff;
  private long retryAt;

  ShardPaging(Loop loop, PageBudget budget, Supplier<? extends Pages> newPages) {
    this.loop = loop;
    this.budget = budget;
    this.newPages = newPages;
  }

  Pages newPages() {
    return newPages.get();
  }

  /** After each turn: pages out what is too much. */
  void endOfTurn(ShardState state) {
    count(state);
    if (backingOff) {
      if (loop.nanoTime() - retryAt < 0) {
        return;
      }
      backingOff = false;
    }
    for (int run = 0; run < RUNS_PER_TURN && budget.exceeded(state.loadedBytes()); run++) {
      if (!state.pageOut(budget.windowBytes(), budget.runBytes())) {
        backOff();
        return;
      }
      count(state);
    }
    if (state.pages().maintain() || budget.exceeded(state.loadedBytes())) {
      loop.execute(() -> {}); // another turn
    }
  }

  private void backOff() {
    backingOff = true;
    retryAt = loop.nanoTime() + RETRY_NANOS;
  }

  private void count(ShardState state) {
    budget.add(state.loadedBytes() - counted);
    counted = state.loadedBytes();
  }

  /** Whether a turn of this replica would help the others. */
  boolean shouldTurn(long loadedBytes) {
    return budget.exceeded(loadedBytes);
  }

  /** A state that is being restored, beside the one that is in use; on the restoring thread. */
  final class Restoring {
    private long countedHere;
    private int skip;

    void progress(ShardState state) {
      budget.add(state.loadedBytes() - countedHere);
      countedHere = state.loadedBytes();
      if (skip > 0) {
        skip--;
      } else if (budget.exceeded(countedHere)
          && !state.pageOut(budget.windowBytes(), budget.runBytes())) {
        skip = RETRY_RECORDS;
      }
    }

    /** It is in use now, or given up. */
    void end() {
      budget.add(-countedHere);
      countedHere = 0;
    }
  }

  Restoring restoring() {
    return new Restoring();
  }
}
