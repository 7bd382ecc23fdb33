package io.quorate.node.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks that take more than one setting. */
final class Consistency {

  private Consistency() {}

  static List<String> problems(Configuration configuration) {
    List<String> problems = new ArrayList<>();
    checkNodes(configuration, problems);
    checkPorts(configuration, problems);
    var min = configuration.get(Settings.ELECTION_TIMEOUT_MIN);
    var max = configuration.get(Settings.ELECTION_TIMEOUT_MAX);
    if (max.compareTo(min) <= 0) {
      problems.add(
          "raft.election-timeout-max (%d ms) must be greater than raft.election-timeout-min (%d ms)"
              .formatted(max.toMillis(), min.toMillis()));
    }
    if (configuration.get(Settings.AMQP_HEARTBEAT).toMillis() % 1000 != 0) {
      problems.add("amqp.heartbeat must be whole seconds, for AMQP knows no parts of a second");
    }
    if (configuration.get(Settings.REPLICATION) % 2 == 0) {
      problems.add(
          "replication must be odd, for an even number bears no more failures than one less");
    }
    return problems;
  }

  private static void checkNodes(Configuration configuration, List<String> problems) {
    List<NodeAddress> nodes = configuration.clusterNodes();
    Set<Integer> ids = new HashSet<>();
    Set<String> addresses = new HashSet<>();
    for (NodeAddress node : nodes) {
      if (!ids.add(node.id())) {
        problems.add("cluster.nodes: node " + node.id() + " is there twice");
      }
      if (!addresses.add(node.host() + ":" + node.raftPort())) {
        problems.add("cluster.nodes: %s:%d is there twice".formatted(node.host(), node.raftPort()));
      }
    }
    int id = configuration.get(Settings.NODE_ID);
    if (!ids.contains(id)) {
      problems.add(
          "node.id = %d, but cluster.nodes has only %s; every node must be in it"
              .formatted(id, nodes));
    } else if (configuration.isSet(Settings.RAFT_PORT)
        && configuration.get(Settings.RAFT_PORT) != configuration.thisNode().raftPort()) {
      problems.add(
          "raft.port = %d, but cluster.nodes has this node as %s; leave raft.port out"
              .formatted(configuration.get(Settings.RAFT_PORT), configuration.thisNode()));
    }
  }

  private static void checkPorts(Configuration configuration, List<String> problems) {
    if (problems.isEmpty()) {
      Map<Integer, String> users = new HashMap<>();
      claim(users, configuration.thisNode().raftPort(), "Raft", problems);
      claim(users, configuration.get(Settings.AMQP_PORT), "amqp.port", problems);
      claim(users, configuration.get(Settings.ADMIN_PORT), "admin.port", problems);
      claim(users, configuration.get(Settings.HTTP_PORT), "http.port", problems);
    }
  }

  private static void claim(
      Map<Integer, String> users, int port, String user, List<String> problems) {
    String other = port == 0 ? null : users.putIfAbsent(port, user);
    if (other != null) {
      problems.add(
          "%s and %s are both %d; each needs a port of its own".formatted(other, user, port));
    }
  }
}
