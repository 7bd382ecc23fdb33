package io.quorate.amqp.engine;

import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a channel settles and gives back. Gathered over a burst, sent to the store once per holder,
 * and counted until the store answers: a channel's synchronous methods are answered only when
 * nothing is outstanding, which makes an ack certain for a client that asks.
 */
final class Settlements {

  /** Told on the connection's thread when something was answered. */
  interface Observer {
    /**
     * @param certain false if the store closed before it answered
     */
    void onSettled(boolean certain);
  }

  private final QueueStore store;
  private final FrontendMetrics metrics;
  private final Mailbox mailbox;
  private final Observer observer;
  private final List<Holder> gathered = new ArrayList<>();
  private int outstanding;

  Settlements(QueueStore store, FrontendMetrics metrics, Mailbox mailbox, Observer observer) {
    this.store = store;
    this.metrics = metrics;
    this.mailbox = mailbox;
    this.observer = observer;
  }

  /** Whether everything that was settled and given back so far is on a majority's disks. */
  boolean allCertain() {
    return outstanding == 0 && gathered.isEmpty();
  }

  void settle(Holder holder, long position) {
    gather(holder);
    holder.addSettled(position);
  }

  void giveBack(Holder holder, long position) {
    gather(holder);
    holder.addReturned(position);
  }

  private void gather(Holder holder) {
    if (holder.idle()) {
      gathered.add(holder);
    }
  }

  /**
   * Sends what was gathered.
   *
   * @param awaited whether the client waits for an answer that comes after these
   */
  void flush(boolean awaited) {
    if (gathered.isEmpty()) {
      return;
    }
    for (Holder holder : gathered) {
      long[] settled = holder.takeSettled();
      if (settled.length > 0) {
        metrics.acked(settled.length);
        outstanding++;
        store.settle(holder.queue(), holder.id(), settled, awaited, new Answer());
      }
      long[] returned = holder.takeReturned();
      if (returned.length > 0) {
        metrics.requeued(returned.length);
        outstanding++;
        Arrays.sort(returned);
        store.requeue(holder.queue(), holder.id(), returned, new Answer());
      }
    }
    gathered.clear();
  }

  private final class Answer extends Mail implements Completion {
    private volatile Outcome outcome = Outcome.UNKNOWN;

    @Override
    public void done(Outcome how) {
      outcome = how;
      mailbox.post(this);
    }

    @Override
    void deliver() {
      outstanding--;
      observer.onSettled(outcome != Outcome.UNKNOWN);
    }
  }
}
