package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of the parts of one transaction. */
final class TransactionParts {

  private final @Nullable Operation end;
  private final List<Timeline> came = new ArrayList<>();
  private final List<Timeline> missing = new ArrayList<>();
  private @Nullable Timeline early;
  private int settled;
  private boolean uncertain;

  /**
   * @param end its commit or rollback; null if the channel ended before either
   */
  TransactionParts(@Nullable Operation end) {
    this.end = end;
  }

  /** One of its queues was not shown to be empty: what did not come may be there. */
  void isUncertain() {
    uncertain = true;
  }

  void published(Timeline timeline) {
    List<Operation> deliveries = timeline.deliveries();
    (deliveries.isEmpty() ? missing : came).add(timeline);
    if (end != null && !deliveries.isEmpty() && deliveries.get(0).end() < end.start()) {
      early = timeline;
    }
  }

  /** One of its acks took effect, as far as anybody saw. */
  void settled() {
    settled++;
  }

  boolean isCommitted() {
    return mayHaveHappened() && end != null && end.ok();
  }

  private boolean mayHaveHappened() {
    return end != null && end.kind() == Kind.COMMIT && end.outcome() != Outcome.FAIL;
  }

  /** For the figures. */
  String kind() {
    if (!mayHaveHappened()) {
      return end == null ? "never committed" : "rolled back";
    }
    if (isCommitted()) {
      return "committed";
    }
    String known = "commit unanswered, ";
    return known + (came.isEmpty() ? "nothing came" : missing.isEmpty() ? "all came" : "part came");
  }

  /** What should not be; null if nothing. */
  @Nullable String wrong() {
    if (early != null) {
      return early.message() + " came before it was committed";
    }
    if (!mayHaveHappened()) {
      return came.isEmpty() ? null : came.size() + " of its messages came, and it was " + kind();
    }
    if (uncertain || missing.isEmpty()) {
      return null;
    }
    String some = "%d of its %d messages".formatted(came.size(), came.size() + missing.size());
    if (isCommitted()) {
      return "committed for certain, and only " + some + " came";
    }
    return settled == 0 ? null : settled + " of its acks took effect, and only " + some + " came";
  }

  /** One of the messages that show it. */
  Timeline example() {
    Timeline first = early;
    if (first == null) {
      first = mayHaveHappened() ? missing.get(0) : came.get(0);
    }
    return first;
  }
}
