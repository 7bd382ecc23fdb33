package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a transaction publishes does not come before its commit, comes wholly after the commit is
 * answered, and never after a rollback or without a commit. A commit that is not answered may have
 * been done in part; but its acks only with all of its messages: what was taken and worked on is
 * never gone with its result missing.
 */
public final class TransactionsAreWhole implements Checker {

  @Override
  public String name() {
    return "transactions are whole";
  }

  @Override
  public boolean applies(History history) {
    return history.has(Kind.COMMIT) || history.has(Kind.ROLLBACK);
  }

  @Override
  public Report check(Evidence evidence) {
    History history = evidence.history();
    Findings findings = new Findings(name());
    Drained drained = new Drained(history);
    Map<Long, TransactionParts> transactions = new TreeMap<>();
    history.forEach(
        end -> transactions.put(end.count(), new TransactionParts(end)),
        Kind.COMMIT,
        Kind.ROLLBACK);
    Set<String> doubts = new TreeSet<>();
    history.timelines().forEach(timeline -> sort(timeline, transactions, drained, doubts));
    doubts.forEach(findings::doubt);
    judge(transactions, findings);
    return findings.report();
  }

  /** Puts what happened to a message with the transactions that published it or settled it. */
  private static void sort(
      Timeline timeline,
      Map<Long, TransactionParts> transactions,
      Drained drained,
      Set<String> doubts) {
    String doubt = drained.doubt(timeline.queue());
    for (Operation operation : timeline.operations()) {
      boolean part = operation.kind() == Kind.PUBLISH || operation.kind() == Kind.ACK;
      if (!part || operation.count() < 0) {
        continue;
      }
      TransactionParts transaction =
          transactions.computeIfAbsent(operation.count(), key -> new TransactionParts(null));
      if (doubt != null) {
        doubts.add(doubt);
        transaction.isUncertain();
      }
      if (operation.kind() == Kind.PUBLISH) {
        transaction.published(timeline);
      } else if (operation.outcome() != Outcome.FAIL && settlesTheLast(operation, timeline)) {
        transaction.settled();
      }
    }
  }

  /**
   * Nobody got the message after that, and nobody else said that he is done with it: in a queue
   * that is empty, this ack has taken it away. (A delivery may be seen late, by one from whom it
   * had been taken back.)
   */
  private static boolean settlesTheLast(Operation ack, Timeline timeline) {
    List<Operation> deliveries = timeline.deliveries();
    return !deliveries.isEmpty()
        && Timeline.settles(ack, deliveries.get(deliveries.size() - 1))
        && timeline.settlements().stream()
            .noneMatch(other -> other.kind() != Kind.REQUEUE && !Timeline.settles(other, ack));
  }

  private static void judge(Map<Long, TransactionParts> transactions, Findings findings) {
    Map<String, Long> kinds = new TreeMap<>();
    long committed = 0;
    for (Map.Entry<Long, TransactionParts> entry : transactions.entrySet()) {
      TransactionParts transaction = entry.getValue();
      committed += transaction.isCommitted() ? 1 : 0;
      kinds.merge(transaction.kind(), 1L, Long::sum);
      String wrong = transaction.wrong();
      if (wrong != null) {
        Timeline example = transaction.example();
        findings.violation(
            "transaction %d: %s".formatted(entry.getKey(), wrong),
            example.message(),
            example.queue());
      }
    }
    kinds.forEach(findings::figure);
    if (committed == 0) {
      findings.caseless("no commit was answered");
    }
  }
}
