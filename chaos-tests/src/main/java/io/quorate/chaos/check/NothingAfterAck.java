package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A message whose ack, or reject for good, is certain is not delivered any more: no delivery that
 * was made after it. That is so for those to consumers that were opened, and gets that were asked,
 * after the ack was certain, and for those that came behind a message that was published after it.
 * Only the holder settles: an ack of a delivery that had been taken back, which shows in another
 * consumer having the message already, flagged as redelivered, is refused in silence and proves
 * nothing. (The count says nothing of it: a new leader does not know all of it.)
 *
 * <p>What makes an ack certain to a client is a later call that is answered: its node answers when
 * the ack is committed, whoever leads then. But deliveries of a node that is in trouble are taken
 * back, and what it acks after that is of no consequence: nothing may have been done to the node
 * from the delivery on.
 */
public final class NothingAfterAck implements Checker {

  @Override
  public String name() {
    return "nothing is delivered after its ack";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.ACK) || history.has(Kind.DISCARD);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    long[] certain = new long[1];
    history
        .timelines()
        .forEach(
            timeline -> {
              Operation ack = firstCertain(history.disturbances(), timeline);
              if (ack != null) {
                certain[0]++;
                check(history.channels(), timeline, ack, findings);
              }
            });
    findings.figure("certain acks and rejects", certain[0]);
    if (certain[0] == 0) {
      findings.caseless("no ack was certain");
    }
    return findings.report();
  }

  private static @Nullable Operation firstCertain(Disturbances disturbances, Timeline timeline) {
    Operation first = null;
    for (Operation operation : timeline.operations()) {
      boolean final_ = operation.kind() == Kind.ACK || operation.kind() == Kind.DISCARD;
      if (final_
          && operation.ok()
          && (first == null || operation.end() < first.end())
          && !heldByAnother(timeline, operation)
          && undisturbed(disturbances, timeline, operation)) {
        first = operation;
      }
    }
    return first;
  }

  private static boolean undisturbed(Disturbances disturbances, Timeline timeline, Operation ack) {
    long from = ack.start();
    for (Operation delivery : timeline.deliveries()) {
      if (Timeline.settles(ack, delivery)) {
        from = Math.min(from, delivery.end());
      }
    }
    return !disturbances.anyOf(ack.node(), from, ack.end());
  }

  /** Whether a later holder had seen the message before the ack was certain. */
  private static boolean heldByAnother(Timeline timeline, Operation ack) {
    boolean own = false;
    for (Operation delivery : timeline.deliveries()) {
      if (own && delivery.end() < ack.end() && delivery.redelivered()) {
        return true;
      }
      own |= Timeline.settles(ack, delivery);
    }
    return false;
  }

  private static void check(
      Channels channels, Timeline timeline, Operation ack, Findings findings) {
    for (Operation delivery : timeline.deliveries()) {
      if (delivery.end() > ack.end() && channels.earliest(delivery) > ack.end()) {
        findings.violation(
            "%s of %s came to %s at %s, made after its %s by %s was certain at %s"
                .formatted(
                    timeline.message(),
                    timeline.queue(),
                    delivery.process(),
                    Times.seconds(delivery.end()),
                    ack.kind().text(),
                    ack.process(),
                    Times.seconds(ack.end())),
            timeline.message(),
            timeline.queue());
      }
    }
  }
}
