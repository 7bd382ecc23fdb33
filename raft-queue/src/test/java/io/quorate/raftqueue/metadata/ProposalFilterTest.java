package io.quorate.raftqueue.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.log.v1.DefinitionProposal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ProposalFilterTest {

  private static DefinitionProposal proposal(
      int node, long incarnation, long request, long answeredBelow) {
    return DefinitionProposal.newBuilder()
        .setNode(node)
        .setIncarnation(incarnation)
        .setRequest(request)
        .setAnsweredBelow(answeredBelow)
        .build();
  }

  @Test
  void aDeclarationThatComesAgainAfterTheDeletionDoesNothing() {
    ProposalFilter filter = new ProposalFilter();
    assertThat(filter.admit(proposal(1, 7, 1, 1))).isTrue(); // declare
    assertThat(filter.admit(proposal(1, 7, 2, 2))).isTrue(); // delete
    assertThat(filter.admit(proposal(1, 7, 1, 1))).isFalse(); // declare, sent twice
  }

  @Test
  void anEarlierRunOfANodeIsNotHeardAnyMore() {
    ProposalFilter filter = new ProposalFilter();
    assertThat(filter.admit(proposal(1, 8, 1, 1))).isTrue();
    assertThat(filter.admit(proposal(1, 7, 5, 1))).isFalse();
    assertThat(filter.admit(proposal(2, 7, 5, 1))).isTrue();
  }

  /**
   * A node has several requests under way, each is sent up to three times, copies arrive anywhere
   * later.
   */
  @Property(tries = 300)
  void eachRequestHappensOnceAlsoAcrossSnapshots(@ForAll long seed) {
    Random random = new Random(seed);
    ProposalFilter filter = new ProposalFilter();
    Set<Long> underWay = new HashSet<>();
    List<DefinitionProposal> late = new ArrayList<>();
    Set<Long> happened = new HashSet<>();
    long next = 0;
    for (int step = 0; step < 200; step++) {
      if (random.nextInt(3) == 0 && !late.isEmpty()) {
        assertThat(filter.admit(late.get(random.nextInt(late.size())))).isFalse();
      } else {
        underWay.add(++next);
        long lowest = underWay.stream().min(Long::compare).orElseThrow();
        DefinitionProposal proposal = proposal(1, 1, next, lowest);
        assertThat(filter.admit(proposal)).isTrue();
        assertThat(happened.add(next)).isTrue();
        late.add(proposal);
      }
      underWay.removeIf(id -> random.nextInt(4) == 0);
      if (random.nextInt(10) == 0) {
        ProposalFilter restored = new ProposalFilter();
        restored.restore(filter.capture());
        assertThat(restored.capture()).isEqualTo(filter.capture());
        filter = restored;
      }
    }
    assertThat(filter.capture().getNodes(0).getHappenedCount()).isLessThan(100);
  }
}
