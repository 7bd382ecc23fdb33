package io.quorate.chaos.check;

import io.quorate.chaos.history.Message;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Why a confirmed message that was sent to a queue, and never came, need not be lost. */
final class Absences {

  /** The reasons. */
  enum Reason {
    /** No queue got it, and its publisher was told. */
    RETURNED("returned"),
    DELETED("deleted with their queue"),
    /** There may have been no queue, and nobody wanted to be told. */
    UNROUTED("perhaps not routed"),
    UNDER_WAY("perhaps under way without acks"),
    /** As far as the purges' own numbers go. */
    PURGED("perhaps purged");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private final Removals removals;
  private final UnderWay underWay;
  private final Disturbances disturbances;
  private final Set<Message> returned;

  Absences(History history) {
    this.removals = new Removals(history);
    this.underWay = new UnderWay(history);
    this.disturbances = history.disturbances();
    this.returned = history.returned();
  }

  /** Null if there is none. */
  @Nullable Reason reason(Operation publish) {
    String queue = publish.target();
    if (returned.contains(publish.message())) {
      return Reason.RETURNED;
    }
    if (removals.mayHaveDeleted(queue, publish.start())) {
      return Reason.DELETED;
    }
    // one that is confirmed and did not come back, though it would, has been in a queue
    if (!publish.mandatory() && !removals.wasThere(queue, publish.start(), publish.end())) {
      return Reason.UNROUTED;
    }
    if (underWay.mayHaveBeen(publish)) {
      return Reason.UNDER_WAY;
    }
    return removals.mayHavePurged(queue, publish.start()) ? Reason.PURGED : null;
  }

  /** Counts what purges are to have taken of each queue. */
  final class Purged {

    private final Map<String, PurgeAllowance> allowances = new HashMap<>();

    void add(Operation publish) {
      allowances
          .computeIfAbsent(
              publish.target(), queue -> new PurgeAllowance(removals.purges(queue), disturbances))
          .isMissing(publish.start());
    }

    /** More than they can have; by queue, in words. */
    Map<String, String> excess() {
      Map<String, String> excess = new HashMap<>();
      allowances.forEach(
          (queue, allowance) -> {
            String text = allowance.excess();
            if (text != null) {
              excess.put(queue, text);
            }
          });
      return excess;
    }
  }
}
