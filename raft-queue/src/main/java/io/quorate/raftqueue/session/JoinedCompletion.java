package io.quorate.raftqueue.session;

import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Outcome;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends when all of several operations have ended, with the worst of their outcomes. Thread-safe.
 */
public final class JoinedCompletion implements Completion {

  private final Completion target;
  private final AtomicInteger remaining;
  private volatile Outcome worst = Outcome.ACCEPTED;

  /**
   * @param operations how many will end, each once
   */
  public JoinedCompletion(Completion target, int operations) {
    this.target = target;
    this.remaining = new AtomicInteger(operations);
  }

  @Override
  public void done(Outcome outcome) {
    if (outcome != Outcome.ACCEPTED) {
      synchronized (this) {
        if (outcome.ordinal() > worst.ordinal()) {
          worst = outcome;
        }
      }
    }
    if (remaining.decrementAndGet() == 0) {
      target.done(worst);
    }
  }
}
