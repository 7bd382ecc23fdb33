package io.quorate.raftqueue.store;

import io.quorate.link.v1.DefineReply;
import io.quorate.link.v1.DefineRequest;
import io.quorate.raftqueue.raft.RaftGroup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The changes that the metadata group's leader has been asked to propose. A lone one is proposed at
 * once; what comes while an entry is under way gathers and shares the next. Thread-safe.
 */
final class ProposalQueue {

  /** How much goes into one entry, in bytes; a change that is larger has one of its own. */
  private static final long ENTRY_BYTES = 256 * 1024;

  private record Waiting(DefineRequest request, Consumer<DefineReply> reply) {

    void fail(String reason) {
      reply.accept(DefineReply.newBuilder().setId(request.getId()).setFailure(reason).build());
    }

    void known() {
      reply.accept(DefineReply.newBuilder().setId(request.getId()).build());
    }
  }

  private final Executor background;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean underWay;

  /** Rises when everything is dropped: what was under way before is not waited for. */
  private long round;

  /**
   * @param background proposes what has gathered
   */
  ProposalQueue(Executor background) {
    this.background = background;
  }

  /**
   * Proposes a change on this thread, which must not be one of the group's own, or lets it wait for
   * the entry that is under way.
   *
   * @param reply called once: when all reachable nodes have applied the change, or when it is lost
   */
  void propose(RaftGroup group, DefineRequest request, Consumer<DefineReply> reply) {
    synchronized (this) {
      waiting.add(new Waiting(request, reply));
      if (underWay) {
        return;
      }
      underWay = true;
    }
    proposeWaiting(group);
  }

  private void proposeWaiting(RaftGroup group) {
    List<Waiting> batch;
    long began;
    synchronized (this) {
      batch = takeBatch();
      underWay = !batch.isEmpty();
      began = round;
    }
    if (batch.isEmpty()) {
      return;
    }
    Runnable known = () -> batch.forEach(Waiting::known);
    List<DefineRequest> requests = batch.stream().map(Waiting::request).toList();
    group
        .propose(DefinitionEntry.of(requests), known)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                batch.forEach(change -> change.fail("lost"));
              } else {
                group.announceCommit();
              }
              ended(group, began);
            });
  }

  private List<Waiting> takeBatch() {
    List<Waiting> batch = new ArrayList<>();
    long bytes = 0;
    Waiting next;
    while ((next = waiting.peek()) != null) {
      bytes += next.request().getEntry().size();
      if (!batch.isEmpty() && bytes > ENTRY_BYTES) {
        break;
      }
      batch.add(waiting.remove());
    }
    return batch;
  }

  /** Not on this thread: it is one of the group's. */
  private void ended(RaftGroup group, long began) {
    synchronized (this) {
      if (began != round) {
        return;
      }
      if (waiting.isEmpty()) {
        underWay = false;
        return;
      }
    }
    background.execute(() -> proposeWaiting(group));
  }

  /** Leadership is over: whoever waits looks for the next leader. */
  void clear() {
    List<Waiting> dropped;
    synchronized (this) {
      dropped = List.copyOf(waiting);
      waiting.clear();
      underWay = false;
      round++;
    }
    dropped.forEach(change -> change.fail("does not lead"));
  }
}
