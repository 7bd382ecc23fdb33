package io.quorate.chaos.check;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What may have been on its way to somebody who needs no acks, and was lost there: it was settled
 * as it was sent. Only where a channel ended without having cancelled its consumer, a get was not
 * answered, or something was wrong with the cluster, and not before the message was published; and
 * where messages leave their queue in its order (nobody can give any back), not after a later one
 * of the same publisher has come.
 */
final class UnderWay {

  /** How long a message takes on its way, and a broker to notice that a client is gone. */
  private static final long SLACK_NANOS = Disturbances.AFTER_NANOS;

  private record Stream(int publisher, String queue) {}

  /**
   * Somebody who may have taken messages with him.
   *
   * @param seen when the last one came to him before that
   * @param gone when he was gone
   */
  private record Gone(long seen, long gone) {
    boolean overlaps(long from, long to) {
      return seen <= to && gone + SLACK_NANOS >= from;
    }
  }

  private final Disturbances disturbances;
  private final Map<String, List<Gone>> gone = new HashMap<>();
  private final Set<String> queues = new HashSet<>();

  /** Queues of which somebody acks or returns messages, or may. */
  private final Set<String> returning = new HashSet<>();

  /** By counter: when the first message from it on came. */
  private final Map<Stream, long[]> firsts = new HashMap<>();

  UnderWay(History history) {
    this.disturbances = history.disturbances();
    lookAtUsers(history);
    if (!queues.isEmpty()) {
      lookAtChannels(history);
      lookAtOrder(history);
    }
  }

  private void lookAtUsers(History history) {
    history.forEach(
        user -> {
          if (user.detail().equals(Event.NO_ACK)) {
            queues.add(user.target());
          } else {
            returning.add(user.target());
          }
        },
        Kind.CONSUME,
        Kind.GET);
  }

  private void lookAtChannels(History history) {
    Map<Integer, Map<String, Long>> seen = new HashMap<>();
    history.forEach(
        operation -> {
          Map<String, Long> own =
              seen.computeIfAbsent(operation.channel(), channel -> new HashMap<>());
          switch (operation.kind()) {
            case CONSUME -> {
              if (operation.detail().equals(Event.NO_ACK) && operation.outcome() != Outcome.FAIL) {
                own.put(operation.target(), operation.start());
              }
            }
            case DELIVER -> own.computeIfPresent(operation.target(), (q, at) -> operation.end());
            case CANCEL -> {
              if (operation.ok()) {
                own.remove(operation.target());
              }
            }
            case GET -> {
              if (operation.detail().equals(Event.NO_ACK) && !operation.ok()) {
                add(operation.target(), new Gone(operation.start(), operation.end()));
              }
            }
            default -> {
              own.forEach((queue, at) -> add(queue, new Gone(at, operation.end())));
              seen.remove(operation.channel());
            }
          }
        },
        Kind.CONSUME,
        Kind.DELIVER,
        Kind.CANCEL,
        Kind.GET,
        Kind.CLOSE);
  }

  private void add(String queue, Gone one) {
    gone.computeIfAbsent(queue, name -> new ArrayList<>()).add(one);
  }

  private void lookAtOrder(History history) {
    history.forEach(
        delivery -> {
          Message message = delivery.message();
          if (delivery.settledWhenSent()
              && message != null
              && message.publisher() >= 0
              && message.counter() >= 0
              && !returning.contains(delivery.target())) {
            Stream stream = new Stream(message.publisher(), delivery.target());
            long[] times = firsts.computeIfAbsent(stream, key -> new long[0]);
            if (message.counter() >= times.length) {
              int before = times.length;
              times = Arrays.copyOf(times, Math.max(message.counter() + 1, 2 * before));
              Arrays.fill(times, before, times.length, Long.MAX_VALUE);
              firsts.put(stream, times);
            }
            times[message.counter()] = Math.min(times[message.counter()], delivery.end());
          }
        },
        Kind.DELIVER,
        Kind.GET);
    for (long[] times : firsts.values()) {
      for (int i = times.length - 2; i >= 0; i--) {
        times[i] = Math.min(times[i], times[i + 1]);
      }
    }
  }

  /** Whether a message that never came can have been lost so. */
  boolean mayHaveBeen(Operation publish) {
    Message message = publish.message();
    return message != null && mayHaveBeen(message, publish.target(), publish.start());
  }

  /** Whether one that was in its queue after some time can have been lost so. */
  boolean mayHaveBeen(Message message, String queue, long from) {
    if (!queues.contains(queue)) {
      return false;
    }
    long to = leftBy(message, queue);
    return disturbances.any(from, to)
        || gone.getOrDefault(queue, List.of()).stream().anyMatch(one -> one.overlaps(from, to));
  }

  /** When it had arrived, or was lost, at the latest; the end of time if nobody knows. */
  private long leftBy(Message message, String queue) {
    long[] times = firsts.get(new Stream(message.publisher(), queue));
    if (times == null || message.counter() >= times.length) {
      return Long.MAX_VALUE;
    }
    long came = times[message.counter()];
    return came == Long.MAX_VALUE ? came : came + SLACK_NANOS;
  }
}
