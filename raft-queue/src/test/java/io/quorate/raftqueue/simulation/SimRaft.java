package io.quorate.raftqueue.simulation;

import io.quorate.raftqueue.simulation.RaftLog.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The simulated group as a whole: who votes for whom, and what is agreed. */
final class SimRaft {

  static final int SHARD = 0;
  static final int MIN_ELECTION_US = 150_000;
  static final int MAX_ELECTION_US = 300_000;

  private final Simulation sim;
  private final SimTime time;
  private final SimNetwork network;
  private final int size;
  private final Map<Integer, SimMember> members = new TreeMap<>();
  private final List<Entry> agreed = new ArrayList<>();
  private final List<byte @Nullable []> agreedBytes = new ArrayList<>();

  SimRaft(Simulation sim, SimTime time, SimNetwork network, int size) {
    this.sim = sim;
    this.time = time;
    this.network = network;
    this.size = size;
  }

  Simulation sim() {
    return sim;
  }

  int size() {
    return size;
  }

  void put(SimMember member) {
    members.put(member.node().id(), member);
  }

  SimMember member(int node) {
    return members.get(node);
  }

  List<Integer> others(SimMember member) {
    List<Integer> others = new ArrayList<>();
    for (int id = 1; id <= size; id++) {
      if (id != member.node().id()) {
        others.add(id);
      }
    }
    return others;
  }

  /** Sends something to another member; lost if the way is cut when it leaves or arrives. */
  void send(SimMember from, int to, Consumer<SimMember> message) {
    SimMember target = members.get(to);
    if (target == null || !network.reaches(from.node().id(), to)) {
      return;
    }
    target
        .node()
        .later(
            time.between(50, time.oneIn(20) ? 20_000 : 1_000),
            () -> {
              if (network.reaches(from.node().id(), to) && members.get(to) == target) {
                message.accept(target);
              }
            });
  }

  /** A member asks for votes, those who can answer do; done at once. */
  boolean elect(SimMember candidate, boolean forced) {
    List<SimMember> reached = new ArrayList<>();
    long term = candidate.log().term;
    for (SimMember member : members.values()) {
      if (member.node().responsive()
          && network.connected(candidate.node().id(), member.node().id())) {
        reached.add(member);
        term = Math.max(term, member.log().term);
      }
    }
    long next = term + 1;
    List<SimMember> voters =
        reached.stream().filter(member -> member.votes(candidate, next, forced)).toList();
    if (voters.size() * 2 <= size || !voters.contains(candidate)) {
      return false;
    }
    voters.forEach(voter -> voter.newTerm(next));
    candidate.win();
    return true;
  }

  boolean electForced(SimMember leader, int to) {
    SimMember target = members.get(to);
    return target != null
        && target != leader
        && target.node().responsive()
        && network.connected(leader.node().id(), to)
        && target.log().last() == leader.log().last()
        && elect(target, true);
  }

  /** A member has learned that everything up to an index is committed. */
  void committed(SimMember member, long index) {
    for (long i = 1; i <= index; i++) {
      if (i <= agreed.size()) {
        if (i >= Math.max(member.log().first(), index - 3)
            && member.log().termAt(i) != agreed.get((int) i - 1).term()) {
          throw new AssertionError("the model of Raft is wrong: two entries committed at " + i);
        }
      } else {
        Entry entry = member.log().get(i);
        agreed.add(entry);
        agreedBytes.add(sim.mutate(entry.bytes()));
        byte[] bytes = agreedBytes.get((int) i - 1);
        if (bytes != null) {
          sim.oracle().committed(i, bytes);
        }
      }
    }
  }

  /** What a member is given of an entry: the same for all, unless a mutation says otherwise. */
  byte @Nullable [] bytesOf(SimMember member, Entry entry) {
    byte[] bytes = agreedBytes.get((int) entry.index() - 1);
    return bytes == null || entry.member() == member ? bytes : sim.mutateAtFollower(bytes);
  }

  List<byte @Nullable []> agreedBytes() {
    return agreedBytes;
  }
}
