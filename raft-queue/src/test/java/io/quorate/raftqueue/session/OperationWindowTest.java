package io.quorate.raftqueue.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.link.v1.Work;
import io.quorate.log.v1.Operation;
import io.quorate.raftqueue.api.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OperationWindowTest {

  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final AtomicLong inFlight = new AtomicLong();
  private final OperationWindow window =
      new OperationWindow(new SubscriptionTable(), inFlight::addAndGet);
  private final List<String> told = new ArrayList<>();

  @Test
  void operationsAreNumberedInTheOrderOfTheCallsAndSentOnce() {
    add(3);
    assertThat(sent(NO_LIMIT)).containsExactly(1L, 2L, 3L);
    assertThat(sent(NO_LIMIT)).isEmpty();
    add(1);
    assertThat(sent(NO_LIMIT)).containsExactly(4L);
  }

  @Test
  void nothingBeyondTheLimitIsSent() {
    add(3);
    assertThat(window.anyUnsent(0)).isFalse();
    assertThat(sent(2)).containsExactly(1L, 2L);
    assertThat(sent(NO_LIMIT)).containsExactly(3L);
  }

  @Test
  void anAnswerIsForAllUpToItsNumberAndGivesTheirBytesBackOnce() {
    add(3);
    answered(2, Set.of(2L));
    assertThat(told).containsExactly("1 ACCEPTED", "2 REJECTED");
    assertThat(inFlight).hasValue(10);
    answered(2, Set.of());
    assertThat(told).hasSize(2);
    answered(3, Set.of());
    assertThat(inFlight).hasValue(0);
  }

  @Test
  void theNextLeaderIsSentWhatItHasNotApplied() {
    add(3);
    sent(NO_LIMIT);
    window.holdBack();
    add(1);
    resend(2);
    assertThat(told).containsExactly("1 ACCEPTED", "2 ACCEPTED");
    assertThat(sent(NO_LIMIT)).containsExactly(3L, 4L);
  }

  @Test
  void aShardThatDoesNotKnowWhatItHadAnsweredHasForgottenIt() {
    add(3);
    answered(2, Set.of());
    assertThat(window.forgottenBy(1)).isTrue();
    assertThat(window.forgottenBy(2)).isFalse();
    answered(3, Set.of());
    assertThat(window.forgottenBy(2)).isTrue();
    assertThat(window.forgottenBy(3)).isFalse();
  }

  @Test
  void anotherSessionBeginsAtOne() {
    add(2);
    run(callbacks -> window.restart(0, callbacks));
    assertThat(told).containsExactly("1 REJECTED", "2 REJECTED");
    assertThat(inFlight).hasValue(0);
    add(1);
    assertThat(sent(NO_LIMIT)).containsExactly(1L);
  }

  private void add(int count) {
    for (int i = 0; i < count; i++) {
      long number = window.lastSequence() + 1;
      inFlight.addAndGet(10);
      window.add(Operation.newBuilder(), 10, outcome -> note(number, outcome), null, false);
    }
  }

  private void note(long number, Outcome outcome) {
    told.add(number + " " + outcome);
  }

  private void answered(long sequence, Set<Long> rejected) {
    run(callbacks -> window.answered(sequence, rejected, callbacks));
  }

  private void resend(long sequence) {
    run(callbacks -> window.resend(sequence, callbacks));
  }

  private static void run(java.util.function.Consumer<List<Runnable>> step) {
    List<Runnable> callbacks = new ArrayList<>();
    step.accept(callbacks);
    callbacks.forEach(Runnable::run);
  }

  private List<Long> sent(long limit) {
    Work.Builder work = Work.newBuilder();
    window.addTo(work, limit, 1 << 20);
    return work.getOperationsList().stream().map(Operation::getSequence).toList();
  }
}
