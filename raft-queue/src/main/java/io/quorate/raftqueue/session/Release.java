package io.quorate.raftqueue.session;

import io.quorate.link.v1.Releasing;

/**
 * What an operation takes from a subscription once it is done: positions, and since when the
 * subscription has held each of them.
 */
record Release(ClientSubscription holder, long[] positions, long[] receptions) {

  /** The operation is done: what was received by then is no longer held. */
  void done() {
    for (int i = 0; i < positions.length; i++) {
      holder.release(positions[i], receptions[i]);
    }
  }

  /** What is told to a leader that may or may not have applied the operation. */
  Releasing toReleasing(long sequence) {
    Releasing.Builder releasing = Releasing.newBuilder().setSequence(sequence);
    for (int i = 0; i < positions.length; i++) {
      if (holder.holds(positions[i], receptions[i])) {
        releasing.addPositions(positions[i]);
      }
    }
    return releasing.build();
  }
}
