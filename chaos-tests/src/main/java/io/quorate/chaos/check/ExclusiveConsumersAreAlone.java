package io.quorate.chaos.check;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * While a consumer has a queue to itself ({@code exclusive} of {@code basic.consume}, AMQP 0-9-1,
 * 1.8.3.3), other consumers are refused and get nothing; one that wants it to itself is refused
 * while there are others; and once these are gone, nobody is refused for long. A consumer that a
 * fault may have parted from its queue's leader is not certain to be there any more.
 */
public final class ExclusiveConsumersAreAlone implements Checker {

  /** How long a consumer that is gone may count, after anything was wrong: heartbeats, sessions. */
  private static final long FORGOTTEN_NANOS = 30_000_000_000L;

  /** How late a client may notice that the broker or the network has ended its channel. */
  private static final long NOTICED_NANOS = 15_000_000_000L;

  /**
   * One that was accepted, or may have been.
   *
   * @param until until when it is there for certain
   * @param gone from when on it is not, for certain
   */
  private record Holder(Operation consume, long until, long gone) {
    boolean excludes(Operation other) {
      return isExclusive(consume) || isExclusive(other);
    }
  }

  private static boolean isExclusive(Operation consume) {
    return consume.detail().equals(Event.EXCLUSIVE);
  }

  @Override
  public String name() {
    return "exclusive consumers are alone";
  }

  @Override
  public boolean applies(History history) {
    boolean[] any = new boolean[1];
    history.forEach(consume -> any[0] |= isExclusive(consume), Kind.CONSUME);
    return any[0];
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Map<String, List<Holder>> holders = holders(history);
    long[] counts = new long[4];
    Map<String, List<Holder>> recent = new HashMap<>();
    Map<Integer, Holder> byChannel = new HashMap<>();
    holders.values().forEach(all -> all.forEach(one -> byChannel.put(one.consume.channel(), one)));
    history.forEach(
        consume -> {
          if (holders.containsKey(consume.target())) {
            List<Holder> before =
                recent.computeIfAbsent(consume.target(), queue -> new ArrayList<>());
            before.removeIf(one -> consume.start() - FORGOTTEN_NANOS > one.gone());
            judge(history, consume, byChannel.get(consume.channel()), before, counts, findings);
            if (consume.outcome() != Outcome.FAIL) {
              before.add(byChannel.get(consume.channel()));
            }
          }
        },
        Kind.CONSUME);
    findIntruders(history, holders, counts, findings);
    findings.figure("consumers accepted", counts[0]);
    findings.figure("refused", counts[1]);
    findings.figure("refused for certain reasons", counts[2]);
    findings.figure("deliveries while one was alone for certain", counts[3]);
    if (counts[2] == 0 || counts[3] == 0) {
      findings.caseless("nobody was certain to be alone, or nobody else asked meanwhile");
    }
    return findings.report();
  }

  /** Of the queues that somebody wants to himself, in the order of their starts. */
  private static Map<String, List<Holder>> holders(History history) {
    Set<String> queues = new HashSet<>();
    Map<Integer, Operation> cancels = new HashMap<>();
    Map<Integer, Operation> closes = new HashMap<>();
    history.forEach(
        operation -> {
          switch (operation.kind()) {
            case CONSUME -> {
              if (isExclusive(operation)) {
                queues.add(operation.target());
              }
            }
            case CLOSE -> closes.putIfAbsent(operation.channel(), operation);
            default -> cancels.putIfAbsent(operation.channel(), operation);
          }
        },
        Kind.CONSUME,
        Kind.CANCEL,
        Kind.CANCELLED,
        Kind.CLOSE);
    Map<String, List<Holder>> holders = new HashMap<>();
    history.forEach(
        consume -> {
          if (queues.contains(consume.target()) && consume.outcome() != Outcome.FAIL) {
            Operation cancel = cancels.get(consume.channel());
            Operation close = closes.get(consume.channel());
            long until = Math.min(certainUntil(cancel), certainUntil(close));
            long gone =
                cancel != null && cancel.ok()
                    ? cancel.end()
                    : close == null ? Long.MAX_VALUE : close.end();
            holders
                .computeIfAbsent(consume.target(), queue -> new ArrayList<>())
                .add(new Holder(consume, until, gone));
          }
        },
        Kind.CONSUME);
    return holders;
  }

  private static long certainUntil(@Nullable Operation end) {
    if (end == null) {
      return Long.MAX_VALUE;
    }
    boolean ours = end.ok() && end.kind() != Kind.CANCELLED;
    return ours ? end.start() : end.start() - NOTICED_NANOS;
  }

  private static void judge(
      History history,
      Operation consume,
      @Nullable Holder own,
      List<Holder> before,
      long[] counts,
      Findings findings) {
    Holder certain = certainHolder(history, consume, own, before);
    if (consume.ok()) {
      counts[0]++;
      if (certain != null) {
        complain(consume, "was accepted though " + tell(certain.consume) + " was there", findings);
      }
    } else if (consume.outcome() == Outcome.FAIL) {
      counts[1]++;
      counts[2] += certain == null ? 0 : 1;
      long since = consume.start() - FORGOTTEN_NANOS;
      if (since > 0
          && before.stream().noneMatch(one -> one.excludes(consume))
          && !history.disturbances().any(since, consume.end())) {
        complain(consume, "was refused, and nobody had been there for 30 s", findings);
      }
    }
  }

  /** Somebody who was there all the time and whom this one was not to join. */
  private static @Nullable Holder certainHolder(
      History history, Operation consume, @Nullable Holder own, List<Holder> before) {
    for (Holder one : before) {
      if (one != own
          && one.consume.ok()
          && one.excludes(consume)
          && one.consume.end() < consume.start()
          && one.until() > consume.end()
          && !history.disturbances().any(one.consume.start(), consume.end())) {
        return one;
      }
    }
    return null;
  }

  /** What others got that was sent while one was alone, by a consumer of whatever kind. */
  private static void findIntruders(
      History history, Map<String, List<Holder>> holders, long[] counts, Findings findings) {
    Map<String, TreeMap<Long, Holder>> alone = new HashMap<>();
    holders.forEach(
        (queue, all) -> {
          TreeMap<Long, Holder> those = new TreeMap<>();
          for (Holder one : all) {
            if (one.consume.ok() && isExclusive(one.consume)) {
              those.put(one.consume.end(), one);
            }
          }
          alone.put(queue, those);
        });
    history.forEach(
        delivery -> {
          TreeMap<Long, Holder> those = alone.get(delivery.target());
          Map.Entry<Long, Holder> last =
              those == null ? null : those.lowerEntry(history.channels().earliest(delivery));
          if (last == null) {
            return;
          }
          Operation holder = last.getValue().consume();
          if (last.getValue().until() <= delivery.end()
              || history.disturbances().any(holder.start(), delivery.end())) {
            return;
          }
          counts[3]++;
          if (holder.channel() != delivery.channel()) {
            findings.violation(
                "%s of %s came to %s at %s, sent while %s had the queue to itself"
                    .formatted(
                        delivery.message(),
                        delivery.target(),
                        delivery.process(),
                        Times.seconds(delivery.end()),
                        tell(holder)),
                Objects.requireNonNull(delivery.message()),
                delivery.target());
          }
        },
        Kind.DELIVER);
  }

  private static String tell(Operation consume) {
    return "%s (channel %d, since %s)"
        .formatted(consume.process(), consume.channel(), Times.seconds(consume.end()));
  }

  private static void complain(Operation consume, String what, Findings findings) {
    findings.violation(
        "%s%s asked for %s between %s and %s and %s"
            .formatted(
                consume.process(),
                isExclusive(consume) ? ", exclusively," : "",
                consume.target(),
                Times.seconds(consume.start()),
                Times.seconds(consume.end()),
                what));
  }
}
