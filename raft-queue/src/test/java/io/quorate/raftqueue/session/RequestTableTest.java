package io.quorate.raftqueue.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.link.v1.Request;
import io.quorate.link.v1.Work;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RequestTableTest {

  private final RequestTable table = new RequestTable();

  @Test
  void aPurgeHoldsBackWhatWasCalledAfterItUntilItIsAnswered() {
    assertThat(table.lastBeforePurge()).isEqualTo(Long.MAX_VALUE);
    add(Request.newBuilder().setId(1).setStats(7).setAfterSequence(3));
    add(Request.newBuilder().setId(2).setPurge(7).setAfterSequence(5));
    add(Request.newBuilder().setId(3).setPurge(7).setAfterSequence(9));
    assertThat(table.lastBeforePurge()).isEqualTo(5);
    table.answered(2);
    assertThat(table.lastBeforePurge()).isEqualTo(9);
    table.answered(3);
    assertThat(table.lastBeforePurge()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aPurgeThatIsGivenUpHoldsNothingBack() {
    add(Request.newBuilder().setId(1).setPurge(7).setAfterSequence(5));
    assertThat(table.expire(0, true)).hasSize(1);
    assertThat(table.lastBeforePurge()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void onlyWhatHasWaitedForTooLongIsGivenUp() {
    add(Request.newBuilder().setId(1).setStats(7));
    assertThat(table.expire(2, true)).isEmpty();
    add(Request.newBuilder().setId(2).setStats(7));
    assertThat(table.expire(2, true)).isEmpty();
    assertThat(table.expire(2, true))
        .extracting(late -> late.request().getId())
        .containsExactly(1L);
    assertThat(table.answered(1)).isNull();
    assertThat(table.answered(2)).isNotNull();
  }

  @Test
  void whatWasSentAndGivenUpMayStillBeAnsweredByThatLeader() {
    add(Request.newBuilder().setId(1).setStats(7));
    sent();
    add(Request.newBuilder().setId(2).setStats(7));
    table.expire(0, true);
    assertThat(table.answeredLate(1)).isNotNull();
    assertThat(table.answeredLate(1)).as("once").isNull();
    assertThat(table.answeredLate(2)).as("the leader was never asked").isNull();
  }

  @Test
  void anEarlierLeadersLateAnswersAreForgotten() {
    add(Request.newBuilder().setId(1).setStats(7));
    sent();
    table.expire(0, true);
    table.leaderChanged();
    assertThat(table.answeredLate(1)).isNull();
  }

  @Test
  void theNextLeaderIsAskedAllOfItInItsOrder() {
    add(Request.newBuilder().setId(1).setStats(7));
    add(Request.newBuilder().setId(2).setStats(7));
    sent();
    table.leaderChanged();
    add(Request.newBuilder().setId(3).setStats(7));
    table.resend();
    assertThat(sent()).containsExactly(1L, 2L, 3L);
  }

  private void add(Request.Builder request) {
    table.add(request.build(), new CompletableFuture<>(), null);
  }

  private List<Long> sent() {
    Work.Builder work = Work.newBuilder();
    table.addTo(work);
    return work.getRequestsList().stream().map(Request::getId).toList();
  }
}
