package io.quorate.chaos.load;

import io.quorate.chaos.check.Delivery;
import io.quorate.chaos.check.History;
import io.quorate.chaos.check.Message;
import io.quorate.chaos.check.Publications;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** Collects the history of one queue from many threads. */
final class Recorder {

  private final long start = System.nanoTime();
  private final List<Publisher> publishers = new ArrayList<>();
  private final List<Delivery> deliveries = new ArrayList<>();
  private int consumers;

  /**
   * One channel that publishes. Counters start at 0, so that the client's sequence number is the
   * counter plus one.
   */
  final class Publisher {
    private final int index;
    private final int node;
    private final BitSet confirmed = new BitSet();
    private final BitSet refused = new BitSet();
    private final List<Long> confirmTimes = new ArrayList<>();
    private int attempted;
    private int settledBelow;

    private Publisher(int index, int node) {
      this.index = index;
      this.node = node;
    }

    /** Notes that the next message is about to be published. */
    synchronized Message attempt() {
      return new Message(index, attempted++);
    }

    /** Notes a confirm; returns how many messages it settled. */
    synchronized int settled(long sequence, boolean multiple, boolean ack) {
      int last = (int) sequence - 1;
      int first = multiple ? settledBelow : last;
      int count = 0;
      for (int counter = first; counter <= last; counter++) {
        if (!confirmed.get(counter) && !refused.get(counter)) {
          (ack ? confirmed : refused).set(counter);
          count++;
        }
      }
      while (confirmed.get(settledBelow) || refused.get(settledBelow)) {
        settledBelow++;
      }
      if (ack) {
        confirmTimes.add(System.nanoTime());
      }
      return count;
    }

    synchronized boolean allSettled() {
      return settledBelow == attempted;
    }

    synchronized int confirmedCount() {
      return confirmed.cardinality();
    }

    private synchronized Publications publications() {
      return new Publications(attempted, confirmed);
    }

    /**
     * The longest time without a confirm that overlaps the window given, in nanoseconds of {@code
     * System.nanoTime}.
     */
    private synchronized long longestGap(long from, long to) {
      long longest = 0;
      long before = Long.MIN_VALUE;
      for (long time : confirmTimes) {
        if (before != Long.MIN_VALUE && time >= from && before <= to) {
          longest = Math.max(longest, time - before);
        }
        before = time;
      }
      if (before != Long.MIN_VALUE && before < to) {
        longest = Math.max(longest, to - before);
      }
      return longest;
    }

    private synchronized boolean coveredFrom(long time) {
      return !confirmTimes.isEmpty() && confirmTimes.get(0) <= time;
    }
  }

  synchronized Publisher newPublisher(int node) {
    Publisher publisher = new Publisher(publishers.size(), node);
    publishers.add(publisher);
    return publisher;
  }

  synchronized int newConsumer() {
    return consumers++;
  }

  void delivered(int consumer, byte[] body, boolean redelivered) {
    Body.Parsed parsed = Body.parse(body);
    synchronized (deliveries) {
      deliveries.add(
          new Delivery(
              parsed.message(), consumer, redelivered, parsed.intact(), System.nanoTime() - start));
    }
  }

  synchronized long confirmed() {
    return publishers.stream().mapToLong(Publisher::confirmedCount).sum();
  }

  int deliveryCount() {
    synchronized (deliveries) {
      return deliveries.size();
    }
  }

  /**
   * The longest gap between two confirms of one publisher, over those on {@code nodes} that were
   * there from the beginning.
   */
  synchronized Duration longestGap(List<Integer> nodes, long from, long to) {
    long longest =
        publishers.stream()
            .filter(publisher -> nodes.contains(publisher.node) && publisher.coveredFrom(from))
            .mapToLong(publisher -> publisher.longestGap(from, to))
            .max()
            .orElseThrow(
                () -> new AssertionError("no publisher on nodes " + nodes + " to measure"));
    return Duration.ofNanos(longest);
  }

  synchronized History history(Set<Message> remaining, boolean drained) {
    List<Publications> publications = publishers.stream().map(Publisher::publications).toList();
    synchronized (deliveries) {
      return new History(publications, List.copyOf(deliveries), remaining, drained);
    }
  }
}
