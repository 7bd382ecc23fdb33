package io.quorate.raftqueue.session;

import io.quorate.link.v1.Refusal;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.api.RefusedException.Reason;

/** Why a request is refused, in the words that clients are told. */
final class Refusals {

  private Refusals() {}

  static RefusedException stopping() {
    return new RefusedException(Reason.UNAVAILABLE, "the node is stopping");
  }

  static RefusedException noAnswer() {
    return new RefusedException(
        Reason.UNAVAILABLE,
        "no leader of the queue's shard answered in time; it may have no majority");
  }

  static RefusedException unreachable() {
    return new RefusedException(
        Reason.NOT_FOUND,
        "the home node of this queue, which is not replicated, is down or inaccessible");
  }

  static RefusedException startedAgain() {
    return new RefusedException(Reason.NOT_FOUND, "the queue's node was started again");
  }

  /** The leader's own. */
  static RefusedException of(Refusal refusal) {
    return new RefusedException(Reason.valueOf(refusal.getReason()), refusal.getText());
  }
}
