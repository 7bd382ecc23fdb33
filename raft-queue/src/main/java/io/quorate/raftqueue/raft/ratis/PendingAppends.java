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
   * @param bytes how large it is
   */
  record Pending(long firstIndex, int bytes, Timestamp sent, long sentNanos) {
    boolean hasEntries() {
      return firstIndex >= 0;
    }
  }

  private final Map<Long, Pending> byCall = new LinkedHashMap<>();
  private int withEntries;
  private long bytes;

  synchronized void sent(AppendEntriesRequestProto request) {
    long first = request.getEntriesCount() > 0 ? request.getEntries(0).getIndex() : -1;
    Pending pending =
        new Pending(first, request.getSerializedSize(), Timestamp.currentTime(), System.nanoTime());
    byCall.put(request.getServerRequest().getCallId(), pending);
    withEntries += pending.hasEntries() ? 1 : 0;
    bytes += pending.bytes();
  }

  /** Null if it is not known, or has been given up. */
  synchronized @Nullable Pending answered(long call) {
    Pending pending = byCall.remove(call);
    if (pending != null) {
      withEntries -= pending.hasEntries() ? 1 : 0;
      bytes -= pending.bytes();
    }
    return pending;
  }

  synchronized void clear() {
    byCall.clear();
    withEntries = 0;
    bytes = 0;
  }

  /** How many of them carry entries. */
  synchronized int withEntries() {
    return withEntries;
  }

  /** How large all of them are together. */
  synchronized long bytes() {
    return bytes;
  }

  /** Whether the oldest has waited for longer than this. */
  synchronized boolean overdue(long nowNanos, long limitNanos) {
    return !byCall.isEmpty()
        && nowNanos - byCall.values().iterator().next().sentNanos() > limitNanos;
  }
}
