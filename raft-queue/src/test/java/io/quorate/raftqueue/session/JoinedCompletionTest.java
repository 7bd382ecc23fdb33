package io.quorate.raftqueue.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.api.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JointCompletionTest {

  private final List<Outcome> told = new ArrayList<>();

  @Test
  void itIsDoneOnceAndAsTheWorst() {
    JointCompletion joint = new JointCompletion(3, told::add);
    joint.done(Outcome.ACCEPTED);
    joint.done(Outcome.REJECTED);
    assertThat(told).isEmpty();
    joint.done(Outcome.ACCEPTED);
    assertThat(told).containsExactly(Outcome.REJECTED);
  }

  @Test
  void whatNobodyKnowsIsWorseThanARefusal() {
    JointCompletion joint = new JointCompletion(2, told::add);
    joint.done(Outcome.UNKNOWN);
    joint.done(Outcome.REJECTED);
    assertThat(told).containsExactly(Outcome.UNKNOWN);
  }

  @Test
  void allAccepted() {
    JointCompletion joint = new JointCompletion(2, told::add);
    joint.done(Outcome.ACCEPTED);
    joint.done(Outcome.ACCEPTED);
    assertThat(told).containsExactly(Outcome.ACCEPTED);
  }
}
