package io.quorate.chaos.check;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Writes a history by hand, line by line. Each line takes a millisecond; {@link #passes} lets more
 * pass. Everything is about the queue {@code q} unless {@link #in} says otherwise. Consumers are
 * channels, open from the first line that names them on.
 */
final class Story {

  private static final long MS = 1_000_000;

  private final HistoryBuilder builder = new HistoryBuilder();
  private final Map<Integer, Long> tags = new HashMap<>();
  private final Map<String, Long> held = new HashMap<>();
  private final Map<Integer, Boolean> open = new HashMap<>();
  private final List<Event> unfinished = new ArrayList<>();
  private String queue = "q";
  private long now;
  private long operations;
  private Event asked;

  Story in(String name) {
    queue = name;
    return this;
  }

  Story passes(long millis) {
    now += millis * MS;
    return this;
  }

  private Event begin(Kind kind, int channel) {
    return Event.of(EventType.INVOKE, kind, ++operations)
        .by("channel-" + channel, 1 + channel % 3, channel)
        .on(queue);
  }

  private void add(Event event) {
    now += MS;
    builder.add(event.at(now));
  }

  private static Value value(int publisher, int counter) {
    return Value.of(publisher, counter, 31 * publisher + counter);
  }

  /** Published and confirmed. */
  Story published(int publisher, int... counters) {
    for (int counter : counters) {
      Event event = begin(Kind.PUBLISH, 100 + publisher).value(value(publisher, counter));
      add(event);
      add(event.then(EventType.OK));
    }
    return this;
  }

  /** Published, and never heard of again. */
  Story attempted(int publisher, int... counters) {
    for (int counter : counters) {
      Event event = begin(Kind.PUBLISH, 100 + publisher).value(value(publisher, counter));
      add(event);
      add(event.then(EventType.INFO));
    }
    return this;
  }

  /** Published at a node, and confirmed after a while. */
  Story publishedAt(int node, int publisher, int counter, long millis) {
    return publishAt(node, publisher, counter, millis, EventType.OK);
  }

  /** Published at a node, and after a while its end is not known. */
  Story attemptedAt(int node, int publisher, int counter, long millis) {
    return publishAt(node, publisher, counter, millis, EventType.INFO);
  }

  private Story publishAt(int node, int publisher, int counter, long millis, EventType end) {
    Event event =
        begin(Kind.PUBLISH, 100 + publisher)
            .by("publisher-" + publisher, node, 100 + publisher)
            .value(value(publisher, counter));
    add(event);
    passes(millis - 1);
    add(event.then(end));
    return this;
  }

  /** Published so that it comes back if there is no queue, and confirmed. */
  Story mandatory(int publisher, int... counters) {
    for (int counter : counters) {
      Event event = mandatoryEvent(publisher, counter);
      add(event);
      add(event.then(EventType.OK));
    }
    return this;
  }

  /** The same, and it comes back before it is confirmed. */
  Story mandatoryReturned(int publisher, int counter) {
    Event event = mandatoryEvent(publisher, counter);
    add(event);
    returned(publisher, counter);
    add(event.then(EventType.OK));
    return this;
  }

  private Event mandatoryEvent(int publisher, int counter) {
    return begin(Kind.PUBLISH, 100 + publisher)
        .value(value(publisher, counter))
        .detail(Event.MANDATORY);
  }

  /** Comes back to its publisher. */
  Story returned(int publisher, int counter) {
    add(
        begin(Kind.RETURN, 100 + publisher)
            .then(EventType.OK)
            .value(value(publisher, counter))
            .detail("312 NO_ROUTE"));
    return this;
  }

  /** A consumer without acks. */
  Story takes(int channel) {
    return consumes(channel, Event.NO_ACK, EventType.OK);
  }

  /** Without acks. */
  Story taken(int channel, int publisher, int... counters) {
    for (int counter : counters) {
      if (!open.getOrDefault(channel, false)) {
        takes(channel);
      }
      long tag = tags.merge(channel, 1L, Long::sum);
      add(
          begin(Kind.DELIVER, channel)
              .then(EventType.OK)
              .value(value(publisher, counter))
              .delivery(tag, false, 0)
              .detail(Event.NO_ACK));
    }
    return this;
  }

  /** A get without acks ends so; with a message only if it is answered. */
  Story fetches(int channel, int publisher, int counter, EventType outcome) {
    Event event = begin(Kind.GET, channel).detail(Event.NO_ACK);
    add(event);
    boolean answered = outcome == EventType.OK;
    add(
        answered
            ? event
                .then(outcome)
                .value(value(publisher, counter))
                .delivery(tags.merge(channel, 1L, Long::sum), false, 0)
            : event.then(outcome));
    return this;
  }

  /** An answered purge that says how many it has removed. */
  Story purged(long removed) {
    Event event = begin(Kind.PURGE, 50);
    add(event);
    add(event.then(EventType.OK).count(removed));
    return this;
  }

  /** As {@link #purged}, with something that happens before the answer. */
  Story purging(Consumer<Story> meanwhile, long removed) {
    Event event = begin(Kind.PURGE, 50);
    add(event);
    meanwhile.accept(this);
    add(event.then(EventType.OK).count(removed));
    return this;
  }

  /** By its client, and answered; the channel stays. */
  Story cancels(int channel) {
    Event event = begin(Kind.CANCEL, channel);
    add(event);
    add(event.then(EventType.OK));
    open.put(channel, false);
    return this;
  }

  /** By the broker. */
  Story cancelled(int channel) {
    add(begin(Kind.CANCELLED, channel).then(EventType.OK));
    open.put(channel, false);
    return this;
  }

  /** Published through an exchange, and confirmed. */
  Story routed(int publisher, int counter, String key) {
    Event event =
        begin(Kind.PUBLISH, 100 + publisher)
            .on(null)
            .value(value(publisher, counter))
            .detail("x " + key);
    add(event);
    add(event.then(EventType.OK));
    return this;
  }

  Story consumes(int channel) {
    return consumes(channel, null, EventType.OK);
  }

  /** A consumer of a kind is opened, or is not. */
  Story consumes(int channel, String detail, EventType outcome) {
    Event event = begin(Kind.CONSUME, channel).detail(detail);
    add(event);
    add(event.then(outcome));
    open.put(channel, outcome == EventType.OK);
    return this;
  }

  /** For the first time, without the flag. */
  Story delivered(int channel, int publisher, int... counters) {
    for (int counter : counters) {
      delivery(channel, value(publisher, counter), false, 0);
    }
    return this;
  }

  /** With the flag. */
  Story again(int channel, int publisher, int counter, long count) {
    return delivery(channel, value(publisher, counter), true, count);
  }

  Story damaged(int channel, int publisher, int counter) {
    return delivery(channel, Value.of(publisher, counter, -1), false, 0);
  }

  private Story delivery(int channel, Value value, boolean redelivered, long count) {
    if (!open.getOrDefault(channel, false)) {
      consumes(channel);
    }
    long tag = tags.merge(channel, 1L, Long::sum);
    held.put(channel + " " + value.message(), tag);
    add(
        begin(Kind.DELIVER, channel)
            .then(EventType.OK)
            .value(value)
            .delivery(tag, redelivered, count));
    return this;
  }

  /** Fetched. */
  Story got(int channel, int publisher, int counter, boolean redelivered, long count) {
    return asks(channel).isGiven(channel, publisher, counter, redelivered, count);
  }

  /** The beginning of a get. */
  Story asks(int channel) {
    asked = begin(Kind.GET, channel);
    add(asked);
    return this;
  }

  /** Its end. */
  Story isGiven(int channel, int publisher, int counter, boolean redelivered, long count) {
    Event event = asked;
    Value value = value(publisher, counter);
    long tag = tags.merge(channel, 1L, Long::sum);
    held.put(channel + " " + value.message(), tag);
    add(event.then(EventType.OK).value(value).delivery(tag, redelivered, count));
    return this;
  }

  /** For certain. */
  Story acked(int channel, int publisher, int... counters) {
    for (int counter : counters) {
      settle(Kind.ACK, EventType.OK, channel, publisher, counter);
    }
    return this;
  }

  Story perhapsAcked(int channel, int publisher, int counter) {
    return settle(Kind.ACK, EventType.INFO, channel, publisher, counter);
  }

  Story requeued(int channel, int publisher, int counter) {
    return settle(Kind.REQUEUE, EventType.OK, channel, publisher, counter);
  }

  Story discarded(int channel, int publisher, int counter) {
    return settle(Kind.DISCARD, EventType.OK, channel, publisher, counter);
  }

  private Story settle(Kind kind, EventType outcome, int channel, int publisher, int counter) {
    Value value = value(publisher, counter);
    Event event = begin(kind, channel).value(value).tag(held.get(channel + " " + value.message()));
    add(event);
    add(event.then(outcome));
    return this;
  }

  /** Published in a transaction, and what is known of it once that has ended. */
  Story publishedIn(long transaction, int publisher, int counter, EventType known) {
    return partOf(
        transaction, begin(Kind.PUBLISH, 100 + publisher).value(value(publisher, counter)), known);
  }

  /** Acked in a transaction, and what is known of it once that has ended. */
  Story ackedIn(long transaction, int channel, int publisher, int counter, EventType known) {
    Value value = value(publisher, counter);
    return partOf(
        transaction,
        begin(Kind.ACK, channel).value(value).tag(held.get(channel + " " + value.message())),
        known);
  }

  private Story partOf(long transaction, Event part, EventType known) {
    add(part.count(transaction));
    unfinished.add(part.then(known));
    return this;
  }

  /** A transaction is committed or rolled back; the parts before are known then. */
  Story ends(long transaction, Kind kind, EventType outcome) {
    Event event = begin(kind, 40).on(null).count(transaction);
    add(event);
    add(event.then(outcome));
    return abandoned();
  }

  /** A transaction ends with its channel; the parts before are known then. */
  Story abandoned() {
    unfinished.forEach(this::add);
    unfinished.clear();
    return this;
  }

  /** By its client. */
  Story closes(int channel) {
    Event event = begin(Kind.CLOSE, channel);
    add(event);
    add(event.then(EventType.OK));
    return this;
  }

  /** By the network. */
  Story breaks(int channel) {
    add(begin(Kind.CLOSE, channel).then(EventType.INFO));
    return this;
  }

  Story changes(Kind kind, String detail, EventType outcome) {
    Event event = begin(kind, 50).detail(detail);
    add(event);
    add(event.then(outcome));
    return this;
  }

  Story looks(int node, EventType outcome) {
    Event event = begin(Kind.LOOKUP, 60).by("eye", node, 60);
    add(event);
    add(event.then(outcome));
    return this;
  }

  Story fault(String kind, String target) {
    add(Event.fault(kind, target, true));
    return this;
  }

  /** A fault that harms other nodes than it names. */
  Story faultHarming(String kind, String target, Integer... victims) {
    add(Event.fault(kind, target, true).victims(Set.of(victims)));
    return this;
  }

  Story ends(String kind, String target) {
    add(Event.fault(kind, target, false));
    return this;
  }

  Story phase(String name, String target) {
    add(Event.phase(name).on(target));
    return this;
  }

  /** A node's log is so long now. */
  Story logSize(int node, long bytes) {
    add(Event.phase("log-size").by("observer", node, 0).count(bytes));
    return this;
  }

  Story leads(int node, String group, long term) {
    add(Event.of(EventType.OK, Kind.LEADER, 0).by("observer", node, 0).on(group).count(term));
    return this;
  }

  Story says(int node, String group, long term, String detail) {
    add(
        Event.of(EventType.OK, Kind.REPLICA, 0)
            .by("observer", node, 0)
            .on(group)
            .count(term)
            .tag(1)
            .detail(detail.isEmpty() ? null : detail));
    return this;
  }

  /** A node has stored a term, perhaps with a vote, some milliseconds ago. */
  Story stored(int node, String group, long term, String vote, long ageMillis) {
    add(Event.vote("disk", node, group, term, vote, ageMillis));
    return this;
  }

  /** What a replica had before an index of its log. */
  Story had(int node, String group, long index, long digest) {
    add(
        Event.of(EventType.OK, Kind.DIGEST, 0)
            .by("observer", node, 0)
            .on(group)
            .count(index)
            .tag(digest));
    return this;
  }

  /** All replicas say that the queue is empty. */
  Story drained() {
    for (int node : List.of(1, 2, 3)) {
      has(node, 0, 0, "replicas agree");
    }
    return this;
  }

  /** A replica says what it has. */
  Story has(int node, long ready, long unacked, String agreement) {
    add(
        begin(Kind.DRAIN, 0)
            .then(EventType.OK)
            .by("drain", node, 0)
            .count(ready)
            .tag(unacked)
            .detail(agreement));
    return this;
  }

  /** A replica did not say what it has. */
  Story doubted(int node, String why) {
    add(begin(Kind.DRAIN, 0).then(EventType.INFO).by("drain", node, 0).count(0).tag(0).detail(why));
    return this;
  }

  History end() {
    return builder.build();
  }

  /** What a checker says of it. */
  Report judgedBy(Checker checker) {
    History history = end();
    if (!checker.applies(history)) {
      throw new AssertionError(checker.name() + " does not apply");
    }
    return checker.check(Evidence.of(history));
  }

  static Story story() {
    return new Story();
  }
}
