package io.quorate.raftqueue.metadata;

import io.quorate.log.v1.DefinitionProposal;
import io.quorate.log.v1.ProposalMarks;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Lets each request of each node happen once, however often it was sent and in whatever order the
 * copies are committed. Commands are idempotent, but only next to each other: a declaration that
 * comes again after its queue was deleted would bring it back. Part of what the metadata group
 * replicates. Not thread-safe.
 *
 * <p>What it remembers is bounded by the requests that a node has under way.
 */
public final class ProposalFilter {

  private static final class Marks {
    final long incarnation;
    final TreeSet<Long> happened = new TreeSet<>();
    long answeredBelow;

    Marks(long incarnation) {
      this.incarnation = incarnation;
    }
  }

  private final Map<Integer, Marks> nodes = new TreeMap<>();

  /** Whether the proposal is to be applied; it has then happened. */
  public boolean admit(DefinitionProposal proposal) {
    Marks marks = nodes.get(proposal.getNode());
    if (marks == null || marks.incarnation < proposal.getIncarnation()) {
      marks = new Marks(proposal.getIncarnation());
      nodes.put(proposal.getNode(), marks);
    } else if (marks.incarnation > proposal.getIncarnation()) {
      return false; // asked by an earlier run of that node: nobody waits for it
    }
    if (proposal.getAnsweredBelow() > marks.answeredBelow) {
      marks.answeredBelow = proposal.getAnsweredBelow();
      marks.happened.headSet(marks.answeredBelow).clear();
    }
    return proposal.getRequest() >= marks.answeredBelow
        && marks.happened.add(proposal.getRequest());
  }

  /** Whether a request of a node has happened, as far as it is still remembered. */
  public boolean hasHappened(int node, long incarnation, long request) {
    Marks marks = nodes.get(node);
    return marks != null
        && marks.incarnation == incarnation
        && (request < marks.answeredBelow || marks.happened.contains(request));
  }

  /** For the snapshot. */
  public ProposalMarks capture() {
    ProposalMarks.Builder marks = ProposalMarks.newBuilder();
    nodes.forEach(
        (node, known) ->
            marks.addNodes(
                ProposalMarks.Node.newBuilder()
                    .setNode(node)
                    .setIncarnation(known.incarnation)
                    .setAnsweredBelow(known.answeredBelow)
                    .addAllHappened(known.happened)));
    return marks.build();
  }

  /** Replaces everything by what {@link #capture} gave. */
  public void restore(ProposalMarks captured) {
    nodes.clear();
    for (ProposalMarks.Node node : captured.getNodesList()) {
      Marks marks = new Marks(node.getIncarnation());
      marks.answeredBelow = node.getAnsweredBelow();
      marks.happened.addAll(node.getHappenedList());
      nodes.put(node.getNode(), marks);
    }
  }
}
