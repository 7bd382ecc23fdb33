package io.quorate.raftqueue.session;

import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Outcome;

/** Tells one how several operations have ended: as the worst of them. Thread-safe. */
final class JointCompletion implements Completion {

  private final Completion whole;
  private int left;
  private Outcome worst = Outcome.ACCEPTED;

  /**
   * @param parts how many will be done, each once
   */
  JointCompletion(int parts, Completion whole) {
    this.left = parts;
    this.whole = whole;
  }

  @Override
  public void done(Outcome outcome) {
    Outcome told;
    synchronized (this) {
      if (outcome.compareTo(worst) > 0) {
        worst = outcome;
      }
      if (--left > 0) {
        return;
      }
      told = worst;
    }
    whole.done(told);
  }
}
