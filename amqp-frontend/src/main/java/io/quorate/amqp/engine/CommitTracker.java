package io.quorate.amqp.engine;

import java.util.concurrent.CompletableFuture;

/** Waits until every message of a transaction is answered. Used on the connection's thread. */
final class CommitTracker {

  private final CompletableFuture<Boolean> whenComplete = new CompletableFuture<>();
  private int underWay;
  private boolean allAccepted = true;

  /**
   * @param messages how many answers there will be; with none it is complete at once
   */
  CommitTracker(int messages) {
    underWay = messages;
    completeIfDone();
  }

  void complete(boolean accepted) {
    allAccepted &= accepted;
    underWay--;
    completeIfDone();
  }

  private void completeIfDone() {
    if (underWay == 0) {
      whenComplete.complete(allAccepted);
    }
  }

  /** Whether all were accepted, once all are answered. */
  CompletableFuture<Boolean> whenComplete() {
    return whenComplete;
  }
}
