package io.quorate.chaos.report;

import io.quorate.chaos.check.Disturbances.Fault;
import io.quorate.chaos.check.History;
import io.quorate.chaos.check.Operation;
import io.quorate.chaos.check.Outcome;
import io.quorate.chaos.check.Times;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * The shortest story of a message: its publish, deliveries, acks and returns, the ends of the
 * channels it was on, what was done to its queue, and what happened to the cluster, from its
 * publish to its last operation.
 */
final class Story {

  /** Unless the message itself has more. */
  private static final int MOST_LINES = 60;

  /**
   * @param own false for what is not about the message itself
   */
  private record Line(long at, String when, String who, String what, boolean own) {}

  private final List<Line> lines = new ArrayList<>();

  /** Lines about the rest of the cluster that are not told. */
  private int leftOut;

  private Story(History history, Message message, String queue) {
    Set<Integer> channels = new HashSet<>();
    long from = Long.MAX_VALUE;
    long to = 0;
    for (Operation operation : history.timelines().of(message)) {
      if (operation.target().isEmpty()
          || operation.target().equals(queue)
          || operation.kind() == Kind.PUBLISH
          || queue.isEmpty()) {
        add(operation);
        from = Math.min(from, operation.start());
        to = Math.max(to, operation.end());
        channels.add(operation.channel());
      }
    }
    long begin = from - 1_000_000_000L;
    long end = to + 1_000_000_000L;
    surroundings(history, channels, begin, end);
    changesOf(queue, history, begin, end);
    lines.sort(Comparator.comparingLong(Line::at));
    shorten();
  }

  /** What is about the message itself stays; of what was around it, what came last. */
  private void shorten() {
    int tooMany = lines.size() - MOST_LINES;
    for (Iterator<Line> all = lines.iterator(); all.hasNext() && leftOut < tooMany; ) {
      if (!all.next().own()) {
        all.remove();
        leftOut++;
      }
    }
  }

  /** As rows of a table; empty if the message is not in the history. */
  static String tell(History history, Message message, String queue) {
    Story story = new Story(history, message, queue);
    StringBuilder out = new StringBuilder();
    out.append("<table class=\"small\"><tr><th>when</th><th>who</th><th>what</th></tr>");
    if (story.leftOut > 0) {
      out.append("<tr><td colspan=\"3\" class=\"soft\">… ")
          .append(story.leftOut)
          .append(" lines about the rest of the cluster before</td></tr>");
    }
    for (Line line : story.lines) {
      out.append(line.own() ? "<tr>" : "<tr class=\"soft\">")
          .append("<td class=\"nowrap\">")
          .append(line.when())
          .append("</td><td class=\"nowrap\">")
          .append(Html.escape(line.who()))
          .append("</td><td>")
          .append(Html.escape(line.what()))
          .append("</td></tr>");
    }
    return out.append("</table>").toString();
  }

  private void add(Operation operation) {
    // A get brings the message when it ends.
    long at = operation.isDelivery() ? operation.end() : operation.start();
    String outcome =
        switch (operation.outcome()) {
          case OK ->
              operation.end() == operation.start()
                  ? ""
                  : ", certain at " + Times.seconds(operation.end());
          case FAIL -> ", refused at " + Times.seconds(operation.end());
          case UNKNOWN -> ", never certain";
        };
    String what =
        switch (operation.kind()) {
          case PUBLISH ->
              "publishes "
                  + operation.message()
                  + (operation.target().isEmpty()
                      ? " by " + operation.detail()
                      : " to " + operation.target())
                  + (operation.ok()
                      ? ", confirmed at " + Times.seconds(operation.end())
                      : operation.outcome() == Outcome.FAIL ? ", refused" : ", never confirmed");
          case DELIVER, GET ->
              (operation.kind() == Kind.GET ? "gets" : "receives")
                  + " it from "
                  + operation.target()
                  + (operation.redelivered() ? ", redelivered" : ", not redelivered")
                  + ", delivery count "
                  + operation.count()
                  + ", tag "
                  + operation.tag();
          case ACK -> "acks tag " + operation.tag() + outcome;
          case REQUEUE -> "returns tag " + operation.tag() + outcome;
          case DISCARD -> "rejects tag " + operation.tag() + " for good" + outcome;
          default -> operation.kind().text() + outcome;
        };
    lines.add(new Line(at, Times.seconds(at), who(operation), what, true));
  }

  private static String who(Operation operation) {
    return operation.process()
        + " at node "
        + operation.node()
        + ", channel "
        + operation.channel();
  }

  private void surroundings(History history, Set<Integer> channels, long from, long to) {
    history.forEach(
        operation -> {
          if (channels.contains(operation.channel())
              && operation.start() >= from
              && operation.start() <= to) {
            String what =
                operation.kind() == Kind.CONSUME
                    ? "begins to consume " + operation.target()
                    : operation.ok()
                        ? "closes the channel"
                        : "the channel ends: " + operation.detail();
            lines.add(
                new Line(
                    operation.start(),
                    Times.seconds(operation.start()),
                    who(operation),
                    what,
                    false));
          }
        },
        Kind.CLOSE,
        Kind.CONSUME);
    for (Fault fault : history.disturbances().faults()) {
      if (fault.overlaps(from, to)) {
        around(fault.from(), "fault", fault.kind() + " " + fault.target() + " begins");
        around(fault.to(), "fault", fault.kind() + " " + fault.target() + " ends");
      }
    }
    for (Operation leader : history.disturbances().leaders()) {
      if (leader.start() >= from && leader.start() <= to) {
        around(
            leader.start(),
            "leader",
            "node %d leads %s in term %d"
                .formatted(leader.node(), leader.target(), leader.count()));
      }
    }
  }

  /** What was done to its queue as a whole. */
  private void changesOf(String queue, History history, long from, long to) {
    history.forEach(
        change -> {
          if (!queue.isEmpty()
              && change.target().equals(queue)
              && change.end() >= from
              && change.start() <= to) {
            String text = change.kind().text().replace('-', ' ');
            String removed = change.count() < 0 ? "" : ", " + change.count() + " messages";
            around(change.start(), who(change), text + " is asked for");
            if (change.ok()) {
              around(change.end(), who(change), text + " is answered" + removed);
            }
          }
        },
        Kind.PURGE,
        Kind.DELETE_QUEUE,
        Kind.DECLARE_QUEUE);
  }

  private void around(long at, String who, String what) {
    lines.add(new Line(at, Times.seconds(at), who, what, false));
  }
}
