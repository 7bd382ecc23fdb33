package io.quorate.chaos.check;

import java.util.BitSet;
import java.util.List;

/**
 * Every confirmed message was delivered or remains. Losses are told per publisher, by runs of
 * counters.
 */
public final class NothingConfirmedIsLost implements Checker {

  private static final String NAME = "nothing confirmed is lost";

  @Override
  public Report check(History history) {
    if (!history.drained()) {
      return new Report(
          NAME, Verdict.UNKNOWN, List.of("it was not shown that the queue was empty at the end"));
    }
    List<BitSet> seen = history.seen();
    Findings findings = new Findings();
    boolean any = false;
    for (int publisher = 0; publisher < history.publishers().size(); publisher++) {
      BitSet confirmed = (BitSet) history.publishers().get(publisher).confirmed().clone();
      any |= !confirmed.isEmpty();
      BitSet lost = (BitSet) confirmed.clone();
      lost.andNot(seen.get(publisher));
      for (int from = lost.nextSetBit(0); from >= 0; ) {
        int to = lost.nextClearBit(from);
        findings.add(
            "publisher %d: lost %d to %d, which is %s of its %d confirmed messages"
                .formatted(
                    publisher, from, to - 1, place(confirmed, from, to), confirmed.cardinality()));
        from = lost.nextSetBit(to);
      }
    }
    if (findings.isEmpty() && !any) {
      return new Report(NAME, Verdict.UNKNOWN, List.of("nothing was confirmed"));
    }
    return findings.report(NAME);
  }

  private static String place(BitSet confirmed, int from, int to) {
    boolean first = confirmed.nextSetBit(0) >= from;
    boolean last = confirmed.length() <= to;
    if (first && last) {
      return "all";
    }
    return first ? "the beginning" : last ? "the end" : "the middle";
  }
}
