package io.quorate.raftqueue.store;

import io.quorate.raftqueue.link.LinkLimits;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.ratis.RatisConfig;
import io.quorate.raftqueue.shard.PageLimits;
import io.quorate.raftqueue.shard.ShardSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How a node's store is set up. All nodes of a cluster must agree on cluster, nodes, shards and
 * replication.
 *
 * @param cluster the cluster's name
 * @param nodeId this node's number, {@code >= 1}
 * @param nodes all nodes, this one included
 * @param bindHost where Raft and links listen; empty for the host in {@code nodes}
 * @param dataDir where everything of this node is kept
 * @param shards how many replicated shards there are; 0 for one per node
 * @param replication on how many nodes each shard is kept, at most; odd
 * @param electionTimeoutMinMs see {@link RatisConfig.Limits}
 * @param electionTimeoutMaxMs see {@link RatisConfig.Limits}
 * @param appendBytesInFlight see {@link RatisConfig.Limits}
 * @param shard bounds and times of each shard; its snapshot bytes hold for the definitions too
 * @param inFlightBytes bytes of published messages that may be unanswered on this node before
 *     publishers wait
 * @param residentBytes bytes of messages that this node's replicas may hold in memory before
 *     publishers of the whole cluster wait
 * @param pages when messages are paged out to disk, and how much is on its way there and back
 * @param diskFreeLimitBytes free space of the data directory's file system below which publishers
 *     of the whole cluster wait; 0 for never
 * @param requestTimeoutMs how long a request (declare, get, subscribe …) waits for a leader before
 *     it is refused
 * @param linkSilenceMs a node that says nothing for so long is taken for gone by the others; more
 *     than a second
 * @param linkQueueBytes what may wait to be sent to another node, in each direction of each link
 * @param linkStallMs a link that takes nothing of what waits for so long is closed and made again
 * @param propagationMs how long the answer to a change of the definitions waits for a node that is
 *     connected but does not keep up
 */
public record StoreConfig(
    String cluster,
    int nodeId,
    List<Node> nodes,
    String bindHost,
    Path dataDir,
    int shards,
    int replication,
    int electionTimeoutMinMs,
    int electionTimeoutMaxMs,
    int appendBytesInFlight,
    ShardSettings shard,
    long inFlightBytes,
    long residentBytes,
    PageLimits pages,
    long diskFreeLimitBytes,
    int requestTimeoutMs,
    int linkSilenceMs,
    long linkQueueBytes,
    int linkStallMs,
    int propagationMs) {

  /**
   * @param raftPort of Raft and links
   */
  public record Node(int id, String host, int raftPort) {}

  public StoreConfig {
    nodes = List.copyOf(nodes);
    if (nodes.stream().noneMatch(node -> node.id() == nodeId)) {
      throw new IllegalArgumentException("node " + nodeId + " is not among the nodes " + nodes);
    }
    if (nodes.stream().map(Node::id).distinct().count() != nodes.size()) {
      throw new IllegalArgumentException("two nodes have the same number: " + nodes);
    }
    if (replication < 1 || replication % 2 == 0) {
      throw new IllegalArgumentException("replication must be odd, but is " + replication);
    }
  }

  /** A configuration with the default settings. */
  public static StoreConfig of(String cluster, int nodeId, List<Node> nodes, Path dataDir) {
    long heap = Runtime.getRuntime().maxMemory();
    return new StoreConfig(
        cluster,
        nodeId,
        nodes,
        "",
        dataDir,
        0,
        3,
        200,
        400,
        8 << 20,
        ShardSettings.DEFAULT,
        64L << 20,
        heap / 2,
        PageLimits.of(heap / 4),
        256L << 20,
        30_000,
        2_500,
        8L << 20,
        10_000,
        1_000);
  }

  public StoreConfig withShards(int count, ShardSettings settings) {
    return with(
        copy -> {
          copy.shards = count;
          copy.shard = settings;
        });
  }

  public StoreConfig withElectionTimeout(int minMs, int maxMs) {
    return with(
        copy -> {
          copy.electionTimeoutMinMs = minMs;
          copy.electionTimeoutMaxMs = maxMs;
        });
  }

  public StoreConfig withResidentBytes(long bytes) {
    return with(
        copy -> {
          copy.residentBytes = bytes;
          copy.pages = pages.withLoadedBytes(Math.min(pages.loadedBytes(), bytes / 2));
        });
  }

  public StoreConfig withPageOutBytes(long bytes) {
    return with(copy -> copy.pages = pages.withLoadedBytes(bytes));
  }

  public StoreConfig withCheckedBytesPerSecond(long bytes) {
    return with(copy -> copy.pages = pages.withCheckedBytesPerSecond(bytes));
  }

  public StoreConfig withDiskFreeLimit(long bytes) {
    return with(copy -> copy.diskFreeLimitBytes = bytes);
  }

  public StoreConfig withRequestTimeout(int ms) {
    return with(copy -> copy.requestTimeoutMs = ms);
  }

  /** The bounds of the links. */
  LinkLimits linkLimits() {
    return new LinkLimits(linkQueueBytes, linkSilenceMs, linkStallMs);
  }

  /** How many replicated shards there are. */
  public int shardCount() {
    return shards == 0 ? nodes.size() : shards;
  }

  /**
   * The nodes that hold each group, by the group's number. The metadata is everywhere; a shard is
   * on {@code replication} nodes, of which the first is the one that should lead it.
   */
  public Map<Integer, List<Integer>> groups() {
    List<Integer> ids = nodes.stream().map(Node::id).sorted().toList();
    Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
    groups.put(RaftGroup.METADATA, ids);
    int copies = Math.min(replication, ids.size());
    for (int shard = 0; shard < shardCount(); shard++) {
      List<Integer> members = new ArrayList<>(copies);
      for (int i = 0; i < copies; i++) {
        members.add(ids.get((shard + i) % ids.size()));
      }
      groups.put(shard, List.copyOf(members));
    }
    return groups;
  }

  private StoreConfig with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.build();
  }

  /** The settings, to be changed. */
  private static final class Copy {
    private String cluster;
    private int nodeId;
    private List<Node> nodes;
    private String bindHost;
    private Path dataDir;
    private int shards;
    private int replication;
    private int electionTimeoutMinMs;
    private int electionTimeoutMaxMs;
    private int appendBytesInFlight;
    private ShardSettings shard;
    private long inFlightBytes;
    private long residentBytes;
    private PageLimits pages;
    private long diskFreeLimitBytes;
    private int requestTimeoutMs;
    private int linkSilenceMs;
    private long linkQueueBytes;
    private int linkStallMs;
    private int propagationMs;

    Copy(StoreConfig from) {
      cluster = from.cluster;
      nodeId = from.nodeId;
      nodes = from.nodes;
      bindHost = from.bindHost;
      dataDir = from.dataDir;
      shards = from.shards;
      replication = from.replication;
      electionTimeoutMinMs = from.electionTimeoutMinMs;
      electionTimeoutMaxMs = from.electionTimeoutMaxMs;
      appendBytesInFlight = from.appendBytesInFlight;
      shard = from.shard;
      inFlightBytes = from.inFlightBytes;
      residentBytes = from.residentBytes;
      pages = from.pages;
      diskFreeLimitBytes = from.diskFreeLimitBytes;
      requestTimeoutMs = from.requestTimeoutMs;
      linkSilenceMs = from.linkSilenceMs;
      linkQueueBytes = from.linkQueueBytes;
      linkStallMs = from.linkStallMs;
      propagationMs = from.propagationMs;
    }

    StoreConfig build() {
      return new StoreConfig(
          cluster,
          nodeId,
          nodes,
          bindHost,
          dataDir,
          shards,
          replication,
          electionTimeoutMinMs,
          electionTimeoutMaxMs,
          appendBytesInFlight,
          shard,
          inFlightBytes,
          residentBytes,
          pages,
          diskFreeLimitBytes,
          requestTimeoutMs,
          linkSilenceMs,
          linkQueueBytes,
          linkStallMs,
          propagationMs);
    }
  }
}
