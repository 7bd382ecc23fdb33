package io.quorate.raftqueue.raft.ratis;

import java.util.Arrays;

/** When the latest appends to a follower were built, by their call numbers. Thread-safe. */
final class SendTimes {
  private static final int SIZE = 256;

  private final long[] calls = new long[SIZE];
  private final long[] nanos = new long[SIZE];

  SendTimes() {
    Arrays.fill(calls, -1);
  }

  synchronized void sent(long call, long nowNanos) {
    int slot = (int) (call & (SIZE - 1));
    calls[slot] = call;
    nanos[slot] = nowNanos;
  }

  /** Tells {@code acks} of an answered call, unless it was sent too long ago to be remembered. */
  void answered(long call, FollowerAcks acks) {
    long sentNanos;
    synchronized (this) {
      int slot = (int) (call & (SIZE - 1));
      if (calls[slot] != call) {
        return;
      }
      sentNanos = nanos[slot];
    }
    acks.ack(sentNanos);
  }
}
