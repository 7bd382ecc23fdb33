package io.quorate.node.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quorate.raftqueue.api.ClusterStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Role, term, leader and indexes of this node's Raft groups, and which nodes it reaches. */
public final class ShardMetrics {

  /** A double is exact up to 53 bits. */
  private static final int DIGEST_BITS = 52;

  private static final List<String> ROLES = List.of("LEADER", "FOLLOWER", "CANDIDATE", "LISTENER");

  private final ClusterStatus status;
  private final MultiGauge role;
  private final MultiGauge leader;
  private final MultiGauge term;
  private final MultiGauge commitIndex;
  private final MultiGauge appliedIndex;
  private final MultiGauge digestIndex;
  private final MultiGauge digest;
  private final MultiGauge reachable;

  public ShardMetrics(ClusterStatus status, MeterRegistry registry) {
    this.status = status;
    role =
        gauge(registry, "role", "1 for the role that this node's replica of the group has, else 0");
    leader =
        gauge(registry, "leader", "Number of the node that leads the group, 0 if none is known");
    term = gauge(registry, "term", "Raft term of the group as this node knows it");
    commitIndex = gauge(registry, "commit.index", "Last log index known to be committed");
    appliedIndex = gauge(registry, "applied.index", "Last log index applied on this node");
    digestIndex =
        gauge(registry, "state.digest.index", "Log index before which the state digest was taken");
    digest =
        gauge(
            registry,
            "state.digest",
            "Digest of the replica's state: the same on all replicas at the same index");
    reachable =
        MultiGauge.builder("quorate.node.reachable")
            .description("1 for each node of the cluster that this node has a link to, else 0")
            .register(registry);
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder("quorate.shard." + name).description(description).register(registry);
  }

  /** Takes the figures of this moment; does not block. Called before each scrape, one at a time. */
  public void refresh() {
    List<ClusterStatus.Group> groups = status.groups();
    List<MultiGauge.Row<?>> roles = new ArrayList<>();
    for (ClusterStatus.Group group : groups) {
      for (String name : ROLES) {
        Tags tags = tags(group).and("role", name.toLowerCase(java.util.Locale.ROOT));
        roles.add(MultiGauge.Row.of(tags, group.role().equals(name) ? 1 : 0));
      }
    }
    role.register(roles, true);
    fill(leader, groups, group -> group.leader() == null ? 0 : group.leader());
    // A replica that is closing has no figures: a term of 0 would look as if it had forgotten its
    // own.
    List<ClusterStatus.Group> running =
        groups.stream().filter(group -> !group.role().equals("NONE")).toList();
    fill(term, running, ClusterStatus.Group::term);
    fill(commitIndex, running, ClusterStatus.Group::commitIndex);
    fill(appliedIndex, running, ClusterStatus.Group::appliedIndex);
    refreshDigests();
    List<MultiGauge.Row<?>> nodes = new ArrayList<>();
    for (ClusterStatus.Node node : status.nodes()) {
      Tags tags = Tags.of("peer", Integer.toString(node.id()));
      nodes.add(MultiGauge.Row.of(tags, node.reachable() ? 1 : 0));
    }
    reachable.register(nodes, true);
  }

  private void refreshDigests() {
    List<MultiGauge.Row<?>> indexes = new ArrayList<>();
    List<MultiGauge.Row<?>> values = new ArrayList<>();
    for (ClusterStatus.StateDigest last : status.digests()) {
      indexes.add(MultiGauge.Row.of(tags(last.group()), last.index()));
      values.add(
          MultiGauge.Row.of(tags(last.group()), last.digest() >>> (Long.SIZE - DIGEST_BITS)));
    }
    digestIndex.register(indexes, true);
    digest.register(values, true);
  }

  private static void fill(
      MultiGauge gauge,
      List<ClusterStatus.Group> groups,
      ToDoubleFunction<ClusterStatus.Group> figure) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (ClusterStatus.Group group : groups) {
      rows.add(MultiGauge.Row.of(tags(group), figure.applyAsDouble(group)));
    }
    gauge.register(rows, true);
  }

  private static Tags tags(ClusterStatus.Group group) {
    return tags(group.id());
  }

  private static Tags tags(int group) {
    return Tags.of("shard", group < 0 ? "metadata" : Integer.toString(group));
  }
}
