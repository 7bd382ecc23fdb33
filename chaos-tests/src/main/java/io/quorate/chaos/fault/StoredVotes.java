package io.quorate.chaos.fault;

import io.quorate.chaos.cluster.RaftMeta;
import io.quorate.chaos.history.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What nodes have on disk of their terms and votes. Written into the history before and after a
 * loss of power: neither may go back.
 */
final class StoredVotes {

  private static final String FILE = "current/" + RaftMeta.FILE;

  /**
   * @param group the name of its directory
   */
  private record Replica(int node, String group) {}

  private final FaultContext context;

  /** Those that had a vote before. */
  private final List<Replica> replicas = new ArrayList<>();

  private StoredVotes(FaultContext context) {
    this.context = context;
  }

  /** Records those of the nodes given, in all groups. */
  static StoredVotes before(FaultContext context, List<Integer> nodes) {
    StoredVotes votes = new StoredVotes(context);
    for (int node : nodes) {
      for (Path group : NodeFiles.groups(context.cluster().data(node))) {
        Replica replica = new Replica(node, String.valueOf(group.getFileName()));
        try {
          votes.record(replica);
          votes.replicas.add(replica);
        } catch (IOException | IllegalArgumentException e) {
          context.remarks().say("node " + node + " has no vote in " + group + ": " + e);
        }
      }
    }
    return votes;
  }

  /** Records the same again; a vote that is not there any more is none, in term 0. */
  void after() {
    for (Replica replica : replicas) {
      try {
        record(replica);
      } catch (IOException | IllegalArgumentException e) {
        context.remarks().say("the vote of " + replica + " is gone: " + e);
        record(replica, 0, "", 0);
      }
    }
  }

  private void record(Replica replica) throws IOException {
    Path raft = context.cluster().data(replica.node()).resolve(NodeFiles.RAFT);
    Path file = raft.resolve(replica.group()).resolve(FILE);
    RaftMeta stored = RaftMeta.read(file);
    record(replica, stored.term().orElse(0), stored.vote(), stored.ageMillis());
  }

  private void record(Replica replica, long term, String vote, long age) {
    context.record(Event.vote("disk", replica.node(), replica.group(), term, vote, age));
  }
}
