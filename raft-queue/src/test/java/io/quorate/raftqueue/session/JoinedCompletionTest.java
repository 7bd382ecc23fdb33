package io.quorate.raftqueue.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JoinedCompletionTest {

  private final List<Outcome> told = new ArrayList<>();

  @Test
  void itIsDoneOnceAndAsTheWorst() {
    JoinedCompletion joined = new JoinedCompletion(told::add, 3);
    joined.done(Outcome.ACCEPTED);
    joined.done(Outcome.REJECTED);
    assertThat(told).isEmpty();
    joined.done(Outcome.ACCEPTED);
    assertThat(told).containsExactly(Outcome.REJECTED);
  }

  @Test
  void whatNobodyKnowsIsWorseThanARefusal() {
    JoinedCompletion joined = new JoinedCompletion(told::add, 2);
    joined.done(Outcome.UNKNOWN);
    joined.done(Outcome.REJECTED);
    assertThat(told).containsExactly(Outcome.UNKNOWN);
  }

  @Test
  void allAccepted() {
    JoinedCompletion joined = new JoinedCompletion(told::add, 2);
    joined.done(Outcome.ACCEPTED);
    joined.done(Outcome.ACCEPTED);
    assertThat(told).containsExactly(Outcome.ACCEPTED);
  }
}
