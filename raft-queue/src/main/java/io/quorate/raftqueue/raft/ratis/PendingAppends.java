package io.quorate.raftqueue.raft.ratis;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.util.Timestamp;
import org.jspecify.annotations.Nullable;

/** The appends to a follower that it has not answered, in the order of sending. Thread-safe. */
final class PendingAppends {

  /**
   * @param firstIndex of its entries, -1 if it has none
   */
  record Pending(long firstIndex, Timestamp sent, long sentNanos) {
    boolean hasEntries() {
      return firstIndex >= 0;
    }
  }

  private final Map<Long, Pending> byCall = new LinkedHashMap<>();
  private int withEntries;

  synchronized void sent(AppendEntriesRequestProto request) {
    long first = request.getEntriesCount() > 0 ? request.getEntries(0).getIndex() : -1;
    Pending pending = new Pending(first, Timestamp.currentTime(), System.nanoTime());
    byCall.put(request.getServerRequest().getCallId(), pending);
    withEntries += pending.hasEntries() ? 1 : 0;
  }

  /** Null if it is not known, or has been given up. */
  synchronized @Nullable Pending answered(long call) {
    Pending pending = byCall.remove(call);
    withEntries -= pending != null && pending.hasEntries() ? 1 : 0;
    return pending;
  }

  synchronized void clear() {
    byCall.clear();
    withEntries = 0;
  }

  /** How many of them carry entries. */
  synchronized int withEntries() {
    return withEntries;
  }

  /** Whether the oldest has waited for longer than this. */
  synchronized boolean overdue(long nowNanos, long limitNanos) {
    return !byCall.isEmpty()
        && nowNanos - byCall.values().iterator().next().sentNanos() > limitNanos;
  }
}
