package io.quorate.chaos.check;

import static io.quorate.chaos.check.Story.story;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Availability, recovery, replicas, definitions, the run itself: good, and each way to be bad. */
class ClusterTest {

  private static Report available(Story story) {
    return story.judgedBy(new ClusterIsAvailable());
  }

  private static Report recovers(Story story) {
    return story.judgedBy(new ClusterRecovers());
  }

  private static Verdict agree(Story story) {
    return story.judgedBy(new ReplicasAgree()).verdict();
  }

  private static Verdict visible(Story story) {
    return story.judgedBy(new DefinitionsAreVisible()).verdict();
  }

  private static Verdict routed(Story story) {
    return story.judgedBy(new RoutingFollows()).verdict();
  }

  private static Story told() {
    return story().says(1, "0", 1, "").says(2, "0", 1, "").says(3, "0", 1, "").drained();
  }

  @Test
  void aReplicaThatHasSomethingElseIsFound() {
    Story same = told().had(1, "0", 64, 17).had(2, "0", 64, 17).had(3, "0", 128, 18);
    assertThat(agree(same)).isEqualTo(Verdict.VALID);
    assertThat(agree(same.had(2, "0", 128, 19))).isEqualTo(Verdict.INVALID);
    Story otherwiseAfterwards = told().had(1, "0", 64, 17).had(2, "0", 64, 17).had(1, "0", 64, 18);
    assertThat(agree(otherwiseAfterwards)).isEqualTo(Verdict.INVALID);
  }

  @Test
  void statesOfDifferentGroupsAndIndexesHaveNothingInCommon() {
    Story apart = told().had(1, "0", 64, 17).had(2, "1", 64, 18).had(2, "0", 128, 19);
    assertThat(agree(apart)).isEqualTo(Verdict.UNKNOWN);
    assertThat(agree(apart.had(3, "0", 64, 17))).isEqualTo(Verdict.VALID);
  }

  @Test
  void aLongSilenceOfAHealthyMajorityIsFound() {
    assertThat(
            available(
                    story()
                        .publishedAt(1, 1, 0, 5)
                        .publishedAt(3, 2, 0, 5)
                        .publishedAt(2, 0, 0, 5)
                        .fault("kill", "1")
                        .passes(12_000)
                        .publishedAt(2, 0, 1, 5))
                .verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void silenceWithoutAMajorityIsFine() {
    Report report =
        available(
            story()
                .publishedAt(1, 0, 0, 5)
                .publishedAt(2, 1, 0, 5)
                .publishedAt(3, 2, 0, 5)
                .fault("kill", "1 2")
                .passes(30_000)
                .ends("kill", "1 2")
                .publishedAt(3, 2, 1, 5));

    assertThat(report.verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void aConfirmOfTheMinorityIsFound() {
    assertThat(
            available(
                    story()
                        .fault("partition", "1 | 2 3")
                        .passes(3000)
                        .publishedAt(1, 0, 0, 5)
                        .ends("partition", "1 | 2 3"))
                .verdict())
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aConfirmOfTheMinorityAfterTheHealIsFine() {
    assertThat(
            available(
                    story()
                        .publishedAt(2, 1, 0, 5)
                        .fault("partition", "1 | 2 3")
                        .attemptedAt(1, 0, 0, 3000)
                        .publishedAt(2, 1, 1, 5)
                        .ends("partition", "1 | 2 3")
                        .publishedAt(1, 2, 0, 5))
                .verdict())
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void withoutAnAttemptOnTheMinorityNothingIsShownOfIt() {
    Story without =
        story()
            .publishedAt(2, 1, 0, 5)
            .publishedAt(1, 0, 0, 5)
            .fault("partition", "1 | 2 3")
            .passes(3000)
            .publishedAt(2, 1, 1, 5)
            .ends("partition", "1 | 2 3");

    assertThat(available(without).findings().stream().map(Finding::text))
        .containsExactly("nodes were cut off, and nothing was published there meanwhile");
  }

  @Test
  void aWorkloadWithoutPublishersOnTheMinorityIsNotAboutIt() {
    Story without =
        story()
            .publishedAt(2, 1, 0, 5)
            .fault("partition", "1 | 2 3")
            .passes(3000)
            .publishedAt(2, 1, 1, 5)
            .ends("partition", "1 | 2 3");

    assertThat(available(without).verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void targetsAreRead() {
    assertThat(new Disturbances.Fault("p", "1 | 2 3", 0, 1).nodes()).containsExactly(1);
    assertThat(new Disturbances.Fault("p", "1 2 | 3", 0, 1).nodes()).containsExactly(3);
    assertThat(new Disturbances.Fault("p", "1 | 2 | 3", 0, 1).nodes()).containsExactly(1, 2, 3);
    assertThat(new Disturbances.Fault("p", "node 2", 0, 1).nodes()).containsExactly(2);
    assertThat(new Disturbances.Fault("p", "1 -> 3, log 17", 0, 1).nodes()).containsExactly(1, 3);
  }

  @Test
  void latencyIsToldByFault() {
    Report report =
        available(
            story()
                .publishedAt(2, 0, 0, 5)
                .passes(9000)
                .fault("pause", "1")
                .publishedAt(2, 0, 1, 700)
                .ends("pause", "1"));

    assertThat(report.figures().get("confirm latency, quiet")).contains("max 5.0 ms");
    assertThat(report.figures().get("confirm latency, pause")).contains("max 700 ms");
  }

  @Test
  void withoutAConfirmNothingIsShown() {
    assertThat(available(story().attempted(0, 0)).verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aClusterThatDoesNotComeBackIsFound() {
    assertThat(
            recovers(
                    story()
                        .publishedAt(1, 0, 0, 5)
                        .phase("heal", "")
                        .passes(40_000)
                        .attempted(0, 1))
                .verdict())
        .isEqualTo(Verdict.INVALID);
    assertThat(
            recovers(
                    story()
                        .publishedAt(1, 0, 0, 5)
                        .phase("heal", "")
                        .passes(40_000)
                        .publishedAt(1, 0, 1, 5))
                .verdict())
        .isEqualTo(Verdict.INVALID);
    assertThat(recovers(story().publishedAt(1, 0, 0, 5).phase("heal", "")).verdict())
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void recoveryIsMeasured() {
    Story story = story();
    int counter = 0;
    for (int i = 0; i < 10; i++) {
      story.publishedAt(1, 0, counter++, 5).passes(95);
    }
    story.passes(10_000).fault("kill", "2").passes(1000).ends("kill", "2").phase("heal", "");
    for (int i = 0; i < 300; i++) {
      story.publishedAt(1, 0, counter++, i < 40 ? 60 : 5).passes(i < 40 ? 40 : 95);
    }
    Report report = recovers(story.phase("drain", ""));

    assertThat(report.verdict()).isEqualTo(Verdict.VALID);
    assertThat(report.figures().get("heal to first confirm")).isEqualTo("61 ms");
    assertThat(report.figures().get("heal to p99 under twice that for 10 s")).isEqualTo("4000 ms");
  }

  @Test
  void twoLeadersOfATermAreFound() {
    assertThat(agree(story().says(1, "0", 3, "").leads(1, "0", 3).leads(2, "0", 3).drained()))
        .isEqualTo(Verdict.INVALID);
    assertThat(agree(story().says(1, "0", 3, "").leads(1, "0", 3).leads(2, "0", 4).drained()))
        .isEqualTo(Verdict.VALID);
    assertThat(agree(story().says(1, "0", 3, "").leads(1, "0", 3).leads(2, "1", 3).drained()))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void aTermThatGoesBackIsFound() {
    assertThat(agree(story().says(1, "0", 3, "").says(2, "0", 2, "").says(1, "0", 2, "").drained()))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aVoteThatChangesOrIsForgottenIsFound() {
    assertThat(
            agree(
                story()
                    .says(1, "0", 3, "")
                    .says(1, "0", 3, "vote n1")
                    .says(1, "0", 3, "vote n2")
                    .drained()))
        .isEqualTo(Verdict.INVALID);
    assertThat(
            agree(
                story()
                    .says(1, "0", 3, "")
                    .says(1, "0", 3, "vote n1")
                    .says(1, "0", 3, "vote")
                    .drained()))
        .isEqualTo(Verdict.INVALID);
    assertThat(
            agree(
                story()
                    .says(1, "0", 4, "")
                    .says(1, "0", 4, "vote n1")
                    .passes(3000)
                    .fault("power", "1 2 3")
                    .says(1, "0", 3, "vote n2")
                    .drained()))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aNodeWhoseFilesWereDamagedMayBeginAnew() {
    Story damaged =
        story()
            .says(1, "0", 4, "")
            .fault("corrupt-log", "node 1")
            .passes(9000)
            .says(1, "0", 0, "")
            .ends("corrupt-log", "node 1")
            .says(1, "0", 5, "");

    assertThat(agree(damaged.drained())).isEqualTo(Verdict.VALID);
    assertThat(agree(damaged.passes(1).says(1, "0", 4, "").drained())).isEqualTo(Verdict.INVALID);
  }

  @Test
  void aReplicaThatDidNotSayWhatItHasLeavesDoubt() {
    assertThat(agree(story().says(1, "0", 3, "").drained().doubted(2, "node 1 led")))
        .isEqualTo(Verdict.VALID);
    assertThat(new Drained(story().drained().doubted(2, "node 1 led").end()).doubt("q"))
        .isEqualTo("node 2 did not say at the end what it has of q: node 1 led");
    assertThat(
            new Drained(story().doubted(2, "node 1 led").has(2, 0, 0, "replicas agree").end())
                .doubt("q"))
        .isNull();
  }

  @Test
  void votesMayBeGivenAndTermsRise() {
    assertThat(
            agree(
                story()
                    .says(1, "0", 3, "")
                    .says(1, "0", 3, "vote")
                    .says(1, "0", 3, "vote n2")
                    .says(1, "0", 4, "vote")
                    .drained()))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void withoutAgreementInTheEndItIsUnknown() {
    assertThat(agree(story().says(1, "0", 3, "").has(1, 0, 0, "replicas differ")))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void everyQueueHasToBeSeenOnAllReplicas() {
    Story another = story().says(1, "0", 3, "").drained().in("other");
    assertThat(agree(another.has(1, 0, 0, "replicas differ"))).isEqualTo(Verdict.UNKNOWN);
    assertThat(agree(another.drained())).isEqualTo(Verdict.VALID);

    Story unasked = story().says(1, "0", 3, "").says(2, "0", 3, "").has(1, 0, 0, "replicas agree");
    assertThat(agree(unasked)).isEqualTo(Verdict.UNKNOWN);
    assertThat(new Drained(unasked.end()).doubt("q"))
        .isEqualTo("nodes [2] were not asked at the end what they have of q");
  }

  @Test
  void replicasThatHaveSomethingElseAtTheSameIndexAreFound() {
    Story differ = story().passes(70_000).says(1, "0", 3, "").has(1, 0, 0, "replicas agree");
    assertThat(agree(differ.has(2, 3, 0, "replicas agree"))).isEqualTo(Verdict.INVALID);

    Story late = story().passes(70_000).attempted(0, 0).says(1, "0", 3, "");
    late.has(1, 0, 0, "replicas agree").has(2, 3, 0, "replicas agree");
    assertThat(agree(late)).isEqualTo(Verdict.VALID);
  }

  private static Story declaredAndDeleted() {
    return story()
        .changes(Kind.DECLARE_QUEUE, null, EventType.OK)
        .looks(1, EventType.OK)
        .changes(Kind.DELETE_QUEUE, null, EventType.OK)
        .looks(2, EventType.FAIL);
  }

  @Test
  void definitionsThatAreSeenAreFine() {
    assertThat(visible(declaredAndDeleted())).isEqualTo(Verdict.VALID);
  }

  @Test
  void aDeclaredQueueThatIsNotThereIsFound() {
    assertThat(
            visible(
                declaredAndDeleted()
                    .changes(Kind.DECLARE_QUEUE, null, EventType.OK)
                    .looks(3, EventType.FAIL)))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aDeletedQueueThatIsStillThereIsFound() {
    assertThat(visible(declaredAndDeleted().looks(3, EventType.OK))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void whatIsUncertainMayBeEither() {
    assertThat(
            visible(
                declaredAndDeleted()
                    .changes(Kind.DECLARE_QUEUE, null, EventType.INFO)
                    .looks(3, EventType.OK)
                    .looks(3, EventType.FAIL)))
        .isEqualTo(Verdict.VALID);
    assertThat(visible(declaredAndDeleted().fault("partition", "3 | 1 2").looks(3, EventType.OK)))
        .isEqualTo(Verdict.VALID);
    assertThat(visible(story().looks(1, EventType.OK))).isEqualTo(Verdict.UNKNOWN);
  }

  private static Story boundAndUnbound() {
    return story()
        .changes(Kind.BIND, "x k", EventType.OK)
        .routed(0, 0, "k")
        .delivered(1, 0, 0)
        .changes(Kind.UNBIND, "x k", EventType.OK)
        .routed(0, 1, "k");
  }

  @Test
  void routingThatFollowsIsFine() {
    assertThat(routed(boundAndUnbound().drained())).isEqualTo(Verdict.VALID);
  }

  @Test
  void aMessageThatDoesNotComeToABoundQueueIsFound() {
    assertThat(
            routed(
                boundAndUnbound()
                    .changes(Kind.BIND, "x k", EventType.OK)
                    .routed(0, 2, "k")
                    .drained()))
        .isEqualTo(Verdict.INVALID);
  }

  @Test
  void aMessageThatComesToAnUnboundQueueIsFound() {
    assertThat(routed(boundAndUnbound().delivered(1, 0, 1).drained())).isEqualTo(Verdict.INVALID);
  }

  @Test
  void anUnknownUnbindMayComeLate() {
    assertThat(
            routed(
                boundAndUnbound()
                    .changes(Kind.UNBIND, "x k", EventType.INFO)
                    .changes(Kind.BIND, "x k", EventType.OK)
                    .routed(0, 2, "k")
                    .drained()))
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void routingIsUnknownWithoutADrain() {
    assertThat(routed(boundAndUnbound())).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aRunWithoutWhatItWantedIsUnknown() {
    Story story =
        story()
            .phase("workload", "queue")
            .phase("expects", "publish ack")
            .published(0, 0)
            .delivered(1, 0, 0);

    assertThat(story.judgedBy(new TheTestItself()).findings().stream().map(Finding::text))
        .containsExactly("no ack succeeded", "it did not come to its end");
    assertThat(story.acked(1, 0, 0).phase("end", "").judgedBy(new TheTestItself()).verdict())
        .isEqualTo(Verdict.VALID);
    assertThat(story.phase("reopened", "").judgedBy(new TheTestItself()).verdict())
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aRunWhoseFaultsWereNeverPossibleIsUnknown() {
    Story story = story().phase("workload", "queue").phase("expects", "").phase("faults", "kill x");

    assertThat(story.phase("end", "").judgedBy(new TheTestItself()).findings().get(0).text())
        .isEqualTo("none of these faults was done: kill x");
    assertThat(story.phase("fault-done", "x").judgedBy(new TheTestItself()).verdict())
        .isEqualTo(Verdict.VALID);
    assertThat(
            story()
                .phase("workload", "queue")
                .phase("expects", "")
                .phase("faults", "")
                .phase("end", "")
                .judgedBy(new TheTestItself())
                .verdict())
        .isEqualTo(Verdict.VALID);
  }

  @Test
  void whatANodeDidThatItShouldNotIsInTheHistory() {
    Story story = story().phase("faults", "disk-io-error").phase("fault-done", "disk-io-error");
    assertThat(story.judgedBy(new NobodyMisbehaves()).verdict()).isEqualTo(Verdict.VALID);

    Report report =
        story.phase("misbehaviour", "node 2 ended with 1").judgedBy(new NobodyMisbehaves());
    assertThat(report.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(report.findings().get(0).text()).endsWith("node 2 ended with 1");
  }

  private static Verdict clean(List<String> offences) {
    History history = story().published(0, 0).end();
    return new LogsAreClean().check(Evidence.of(history, offences)).verdict();
  }

  @Test
  void anErrorInALogIsFound() {
    assertThat(clean(List.of())).isEqualTo(Verdict.VALID);
    assertThat(clean(List.of("1 2 ERROR oh"))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void withoutLogsItIsUnknownWhetherThereAreErrors() {
    assertThat(clean(null)).isEqualTo(Verdict.UNKNOWN);
    assertThat(Checks.check(Evidence.of(story().published(0, 0).end())))
        .noneMatch(report -> report.checker().equals(new LogsAreClean().name()));
  }

  @Test
  void theWorstVerdictCounts() {
    assertThat(Verdict.VALID.and(Verdict.UNKNOWN)).isEqualTo(Verdict.UNKNOWN);
    assertThat(Verdict.INVALID.and(Verdict.UNKNOWN)).isEqualTo(Verdict.INVALID);
    assertThat(Verdict.VALID.and(Verdict.VALID)).isEqualTo(Verdict.VALID);
  }
}
