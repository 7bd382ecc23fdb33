package io.quorate.chaos.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Terms and votes that replicas were seen to have, and those among them that a later one should not
 * have forgotten.
 */
final class Kept {

  /** A vote is forced to disk while the request for it is handled, and answered after that. */
  private static final long VOTE_NANOS = 300_000_000L;

  /**
   * A term without a vote binds nobody: it is forced with the log's next entry. And a replica shows
   * its term before it has stored it.
   */
  private static final long TERM_NANOS = 2_000_000_000L;

  private static final long NANOS_PER_MS = 1_000_000L;

  private record Replica(String group, int node) {}

  /**
   * @param vote with the vote, if any
   * @param changed since when it has it
   * @param seen when it was seen to have it, the last time
   */
  record State(long term, String vote, long changed, long seen) {

    private boolean voted() {
      return vote.length() > "vote".length();
    }

    /** Another vote in the same term may elect a second leader. */
    private boolean isForgottenBy(State later) {
      return later.term < term || (later.term == term && voted() && !later.vote.equals(vote));
    }
  }

  private final PowerCuts cuts;
  private final Map<Replica, List<State>> states = new HashMap<>();
  private long comparedOverCuts;

  Kept(PowerCuts cuts) {
    this.cuts = cuts;
  }

  /**
   * Takes in what a replica says; answers with what it has forgotten, null if nothing.
   *
   * <p>It is compared with the newest before it that has to be there still: what came after that
   * may be gone, but nothing that was before.
   */
  @Nullable State forgotten(Operation said) {
    long age = said.detail().isEmpty() ? 0 : Math.max(0, said.tag()) * NANOS_PER_MS;
    String vote = said.detail().trim(); // older histories have a blank for none
    State now = new State(said.count(), vote, said.start() - age, said.start());
    List<State> before =
        states.computeIfAbsent(new Replica(said.target(), said.node()), key -> new ArrayList<>());
    State forgotten = null;
    for (int i = before.size() - 1; i >= 0; i--) {
      State old = before.get(i);
      long window = old.voted() ? VOTE_NANOS : TERM_NANOS;
      if (!cuts.mayForget(said.node(), old.changed(), old.seen(), now.seen(), window)) {
        comparedOverCuts += cuts.between(said.node(), old.seen(), now.seen()) ? 1 : 0;
        forgotten = old.isForgottenBy(now) ? old : null;
        break;
      }
    }
    add(before, now);
    return forgotten;
  }

  private static void add(List<State> before, State now) {
    State last = before.isEmpty() ? null : before.get(before.size() - 1);
    if (last != null && last.term() == now.term() && last.vote().equals(now.vote())) {
      long changed = Math.min(last.changed(), now.changed());
      before.set(before.size() - 1, new State(now.term(), now.vote(), changed, now.seen()));
    } else {
      before.add(now);
    }
  }

  /** How many were compared with what the same replica had before its node's power went. */
  long comparedOverCuts() {
    return comparedOverCuts;
  }
}
