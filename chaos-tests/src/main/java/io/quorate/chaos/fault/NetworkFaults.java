package io.quorate.chaos.fault;

import static io.quorate.chaos.fault.Fault.Company.LIGHT;
import static io.quorate.chaos.fault.Fault.Group.NETWORK;

import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.NetworkControl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Partitions of all shapes, and links that are slow, lossy or gone. Clients keep their nodes. */
final class NetworkFaults {

  private static final Duration SHORTEST = Duration.ofSeconds(3);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private NetworkFaults() {}

  static List<Fault> all() {
    return List.of(
        packets(
            "partition-leader",
            "the leader of a shard hears and is heard by no other node",
            context -> isolate(context, context.leader())),
        packets(
            "partition-one",
            "one node hears and is heard by no other node",
            context -> isolate(context, context.anyNode())),
        packets(
            "partition-one-way", "what one node sends to another is lost", NetworkFaults::oneWay),
        packets(
            "partition-deaf-leader",
            "the leader of a shard is heard, but hears no other node",
            NetworkFaults::deafLeader),
        packets(
            "partition-bridge",
            "two nodes do not hear each other, the third hears both",
            NetworkFaults::bridge),
        packets(
            "partition-ring",
            "each node hears a majority, each another one: 1 hears 2, 2 hears 3, 3 hears 1",
            NetworkFaults::ring),
        packets("partition-all", "no node hears another one", NetworkFaults::all),
        packets(
            "link-removed", "a node's link is taken away, from clients too", NetworkFaults::link),
        packets("packet-loss", "a part of all packets between nodes is lost", NetworkFaults::loss),
        packets("bandwidth", "what a node may send is limited", NetworkFaults::bandwidth),
        proxied("delay", "bytes between nodes take longer", context -> delay(context, false)),
        proxied("jitter", "bytes between nodes take longer, more or less", c -> delay(c, true)),
        proxied(
            "stall", "connections of a node stay open, but nothing passes", NetworkFaults::stall),
        proxied(
            "reset", "connections between nodes are reset, again and again", NetworkFaults::reset));
  }

  private static Fault packets(String name, String description, Fault.Aim aim) {
    return new Fault(
        name, NETWORK, description, Set.of(Capability.NETWORK), SHORTEST, LONGEST, LIGHT, aim);
  }

  private static Fault proxied(String name, String description, Fault.Aim aim) {
    return new Fault(
        name, NETWORK, description, Set.of(Capability.PROXY), SHORTEST, LONGEST, LIGHT, aim);
  }

  /** What the whole network is healed of in the end is only this: faults of networks meet. */
  private static Harm harm(FaultContext context, String target, Consumer<NetworkControl> inject) {
    NetworkControl network = context.cluster().network();
    return Harm.of(target, () -> inject.accept(network), network::heal);
  }

  private static Harm isolate(FaultContext context, int node) {
    List<Integer> others = context.cluster().nodesExcept(node);
    return harm(
        context,
        node + " | " + list(others),
        network -> {
          for (int other : others) {
            network.drop(node, other);
            network.drop(other, node);
          }
        });
  }

  private static Harm oneWay(FaultContext context) {
    List<Integer> nodes = context.shuffledNodes();
    int from = nodes.get(0);
    int to = nodes.get(1);
    return harm(context, from + " -> " + to, network -> network.drop(from, to)).sparingAllBut(from);
  }

  private static Harm deafLeader(FaultContext context) {
    int leader = context.leader();
    List<Integer> others = context.cluster().nodesExcept(leader);
    return harm(
            context,
            list(others) + " -> " + leader,
            network -> others.forEach(other -> network.drop(other, leader)))
        .sparingAllBut(leader);
  }

  private static Harm bridge(FaultContext context) {
    List<Integer> nodes = context.shuffledNodes();
    int one = nodes.get(0);
    int two = nodes.get(1);
    return harm(
            context,
            one + " <-> " + two,
            network -> {
              network.drop(one, two);
              network.drop(two, one);
            })
        .sparingAllBut(one);
  }

  private static Harm ring(FaultContext context) {
    List<Integer> nodes = context.shuffledNodes();
    List<int[]> lost = new ArrayList<>();
    StringBuilder target = new StringBuilder();
    for (int i = 0; i < nodes.size(); i++) {
      int from = nodes.get(i);
      int to = nodes.get((i + 1) % nodes.size());
      lost.add(new int[] {from, to});
      target.append(i == 0 ? "" : ", ").append(from).append(" -> ").append(to);
    }
    return harm(
        context,
        target.toString(),
        network -> lost.forEach(pair -> network.drop(pair[0], pair[1])));
  }

  private static Harm all(FaultContext context) {
    List<Integer> nodes = context.cluster().nodes();
    return harm(
        context,
        String.join(" | ", nodes.stream().map(String::valueOf).toList()),
        network -> eachPair(nodes, network::drop));
  }

  private static Harm link(FaultContext context) {
    int node = context.leaderOrAny();
    NetworkControl network = context.cluster().network();
    return Harm.of("node " + node, () -> network.unplug(node), () -> network.plug(node));
  }

  private static Harm loss(FaultContext context) {
    double probability = context.between(5, 40) / 100.0;
    List<Integer> nodes = context.cluster().nodes();
    return harm(
        context,
        FaultContext.nodes(nodes),
        network -> {
          context.remarks().say("loss of " + probability);
          eachPair(nodes, (from, to) -> network.lose(from, to, probability));
        });
  }

  private static Harm bandwidth(FaultContext context) {
    int node = context.leaderOrAny();
    int kilobits = context.between(500, 4000);
    return harm(
        context,
        "node " + node,
        network -> {
          context.remarks().say(kilobits + " kbit/s");
          network.limitBandwidth(node, kilobits);
        });
  }

  private static Harm delay(FaultContext context, boolean jitter) {
    Duration delay = Duration.ofMillis(context.between(10, jitter ? 50 : 150));
    Duration more = jitter ? Duration.ofMillis(context.between(20, 200)) : Duration.ZERO;
    List<Integer> nodes = context.cluster().nodes();
    return harm(
        context,
        FaultContext.nodes(nodes),
        network -> {
          context.remarks().say(delay.toMillis() + " ms, up to " + more.toMillis() + " ms more");
          eachPair(nodes, (from, to) -> network.delay(from, to, delay, more));
        });
  }

  private static Harm stall(FaultContext context) {
    int node = context.leaderOrAny();
    List<Integer> others = context.cluster().nodesExcept(node);
    return harm(
        context,
        "node " + node,
        network -> {
          for (int other : others) {
            network.stall(node, other);
            network.stall(other, node);
          }
        });
  }

  private static Harm reset(FaultContext context) {
    List<Integer> nodes = context.cluster().nodes();
    NetworkControl network = context.cluster().network();
    Duration pause = Duration.ofMillis(context.between(200, 1500));
    return Harm.during(
        FaultContext.nodes(nodes),
        () -> {},
        hold -> {
          while (!hold.isOver()) {
            eachPair(nodes, network::reset);
            hold.rest(pause);
          }
        },
        () -> {});
  }

  private interface Pair {
    void accept(int from, int to);
  }

  private static void eachPair(List<Integer> nodes, Pair action) {
    for (int from : nodes) {
      for (int to : nodes) {
        if (from != to) {
          action.accept(from, to);
        }
      }
    }
  }

  private static String list(List<Integer> nodes) {
    return String.join(" ", nodes.stream().map(String::valueOf).toList());
  }
}
