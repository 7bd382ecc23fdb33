package io.quorate.raftqueue.shard;

import io.quorate.raftqueue.queue.Pages;
import io.quorate.raftqueue.queue.ShardSnapshot;
import io.quorate.raftqueue.queue.ShardState;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps the bodies of one replica within the node's budget. On the loop, but for restores. */
final class ShardPaging {

  /** So that a turn stays short; more follows in the next. */
  private static final int CHUNKS_PER_TURN = 16;

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int RETRY_RECORDS = 1_000;

  private final Loop loop;
  private final PageBudget budget;
  private final PageFactory factory;
  private long counted;
  private boolean backingOff;
  private long retryAt;

  ShardPaging(Loop loop, PageBudget budget, PageFactory factory) {
    this.loop = loop;
    this.budget = budget;
    this.factory = factory;
  }

  Pages newPages(@Nullable Path source) {
    return factory.open(source, loop::execute);
  }

  /** After each turn: pages out what is too much. */
  void endOfTurn(ShardState state) {
    count(state);
    state.readAhead(budget.exceeded() ? 0 : budget.windowBytes(), budget.readingBytes());
    if (state.takeWriteFailure()) {
      backOff();
    }
    if (backingOff) {
      if (loop.nanoTime() - retryAt < 0) {
        return;
      }
      backingOff = false;
    }
    int chunks = 0;
    while (tooMuch(state) && state.writingBytes() < budget.writingBytes()) {
      if (chunks++ == CHUNKS_PER_TURN) {
        loop.execute(() -> {}); // another turn
        break;
      }
      if (!state.pageOut(budget.windowBytes())) {
        if (state.takeWriteFailure()) {
          backOff();
        }
        break;
      }
      count(state);
    }
    state.compact();
  }

  /** Puts into pages what a snapshot would have to write itself. */
  void writeForSnapshot(ShardState state, Runnable then) {
    if (backingOff) {
      then.run(); // it has to do without
      return;
    }
    // the other half is left to what has to leave memory meanwhile
    state.writeForSnapshot(Math.max(1, budget.writingBytes() / 2), then);
  }

  private boolean tooMuch(ShardState state) {
    return budget.exceeded(evictableBytes(state));
  }

  private static long evictableBytes(ShardState state) {
    return state.loadedBytes() - state.writingBytes();
  }

  private void backOff() {
    backingOff = true;
    retryAt = loop.nanoTime() + RETRY_NANOS;
  }

  private void count(ShardState state) {
    long bytes = evictableBytes(state);
    budget.add(bytes - counted);
    counted = bytes;
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
          && !ShardSnapshot.pageOut(state, budget.windowBytes())) {
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
