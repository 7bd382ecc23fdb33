package io.quorate.raftqueue.link;

import io.quorate.link.v1.Hello;

/**
 * Who this node is to the others.
 *
 * @param incarnation rises with every start of the node
 */
public record LinkIdentity(String cluster, int node, long incarnation) {

  Hello hello() {
    return Hello.newBuilder()
        .setVersion(LinkProtocol.VERSION)
        .setCluster(cluster)
        .setNode(node)
        .setIncarnation(incarnation)
        .build();
  }

  /** What is wrong with another's introduction, or null. */
  @org.jspecify.annotations.Nullable
  String objection(Hello other) {
    if (other.getVersion() != LinkProtocol.VERSION) {
      return "link protocol version "
          + other.getVersion()
          + ", this node speaks "
          + LinkProtocol.VERSION;
    }
    if (!other.getCluster().equals(cluster)) {
      return "belongs to cluster '" + other.getCluster() + "', this node to '" + cluster + "'";
    }
    return null;
  }
}
