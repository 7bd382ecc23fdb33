package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for an order in which the operations on one message can have happened, in the manner of
 * Wing and Gong, with Lowe's memory of what was tried:
 *
 * <pre>
 *   absent --publish--> ready --delivery--> leased --ack, discard--> gone
 *                         ^------requeue, return------'
 * </pre>
 *
 * Each takes effect between its start and its end; an unknown one at any time after its start, or
 * never. A message may be returned without being asked for, from when its channel ends or something
 * is wrong with the cluster. What is done with a delivery that was returned already does nothing:
 * only the holder settles. But who lost touch with the leader, and not its channel, may hold a
 * message again when it is back, if nobody else has it by then: it was never told to let go. What
 * needs no ack is gone with its delivery.
 */
final class Lifecycle {

  /** What the search says. */
  enum Answer {
    POSSIBLE,
    IMPOSSIBLE,
    /** There are too many operations to try all orders. */
    TOO_MANY
  }

  private static final int MOST_STEPS = 500;
  private static final int MOST_TRIED = 100_000;

  private static final int ABSENT = 0;
  private static final int READY = 1;
  private static final int GONE = 2;
  private static final int LEASED = 3;

  private enum What {
    PUBLISH,
    DELIVERY,
    /** A delivery that needs no ack. */
    TAKING,
    ACK,
    REQUEUE,
    RETURN
  }

  /**
   * @param delivery its number, for all but publish
   * @param required whether it happened for certain
   * @param heldAgain whether the delivery may have been taken back without its channel's end, so
   *     that its consumer holds it again later
   */
  private record Step(
      What what, int delivery, long from, long to, boolean required, boolean heldAgain) {

    Step(What what, int delivery, long from, long to, boolean required) {
      this(what, delivery, from, to, required, false);
    }
  }

  /** What led nowhere: which steps were done, and the state after them. */
  private record Tried(BigInteger done, int state) {}

  private final List<Step> steps = new ArrayList<>();
  private final boolean mustEndGone;
  private final Set<Tried> tried = new HashSet<>();
  private BigInteger requiredMask = BigInteger.ZERO;

  /**
   * @param mustEndGone whether it was shown that the message had left its queue in the end
   */
  Lifecycle(History history, Timeline timeline, boolean mustEndGone) {
    this.mustEndGone = mustEndGone;
    Operation publish = timeline.publish();
    if (publish != null) {
      add(new Step(What.PUBLISH, -1, publish.start(), publish.latest(), publish.ok()));
    }
    List<Operation> deliveries = timeline.deliveries();
    for (int i = 0; i < deliveries.size(); i++) {
      Operation delivery = deliveries.get(i);
      long earliest = history.channels().earliest(delivery);
      if (delivery.settledWhenSent()) {
        add(new Step(What.TAKING, i, earliest, delivery.end(), true));
        continue;
      }
      add(new Step(What.DELIVERY, i, earliest, delivery.end(), true));
      long disturbed = history.disturbances().next(earliest);
      long returns = Math.min(history.channels().returnsFrom(delivery), disturbed);
      if (returns != Long.MAX_VALUE) {
        add(new Step(What.RETURN, i, returns, Long.MAX_VALUE, false));
      }
      for (Operation settlement : timeline.settlements()) {
        if (Timeline.settles(settlement, delivery)) {
          What what = settlement.kind() == Kind.REQUEUE ? What.REQUEUE : What.ACK;
          boolean heldAgain = disturbed <= settlement.start();
          add(
              new Step(
                  what, i, settlement.start(), settlement.latest(), settlement.ok(), heldAgain));
        }
      }
    }
  }

  private void add(Step step) {
    if (step.required()) {
      requiredMask = requiredMask.setBit(steps.size());
    }
    steps.add(step);
  }

  Answer search() {
    if (steps.size() > MOST_STEPS) {
      return Answer.TOO_MANY;
    }
    boolean possible = search(BigInteger.ZERO, ABSENT);
    return possible
        ? Answer.POSSIBLE
        : tried.size() >= MOST_TRIED ? Answer.TOO_MANY : Answer.IMPOSSIBLE;
  }

  private boolean search(BigInteger done, int state) {
    boolean complete = done.and(requiredMask).equals(requiredMask);
    if (complete && (!mustEndGone || state == GONE)) {
      return true;
    }
    if (tried.size() >= MOST_TRIED || !tried.add(new Tried(done, state))) {
      return false;
    }
    long limit = limit(done);
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (!done.testBit(i) && step.from() <= limit && take(done.setBit(i), step, state)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The earliest end of those that must have happened and are not done: nothing later may go first.
   */
  private long limit(BigInteger done) {
    long limit = Long.MAX_VALUE;
    for (int i = 0; i < steps.size(); i++) {
      if (!done.testBit(i) && steps.get(i).required()) {
        limit = Math.min(limit, steps.get(i).to());
      }
    }
    return limit;
  }

  private boolean take(BigInteger done, Step step, int state) {
    int own = LEASED + step.delivery();
    return switch (step.what()) {
      case PUBLISH -> state == ABSENT && search(done, READY);
      case TAKING -> state == READY && search(done, GONE);
      case DELIVERY -> state == READY && search(done, own);
      case RETURN -> state == own && search(done, READY);
      case REQUEUE -> state == own ? search(done, READY) : state != ABSENT && search(done, state);
      case ACK -> {
        boolean settles = state == own || (state == READY && step.heldAgain());
        yield (settles && search(done, GONE))
            || (state != own && state != ABSENT && search(done, state));
      }
    };
  }
}
