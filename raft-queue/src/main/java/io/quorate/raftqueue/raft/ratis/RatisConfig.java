package io.quorate.raftqueue.raft.ratis;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * How a node takes part in Raft. Build with {@link #of} and the {@code with} methods.
 *
 * @param cluster name of the cluster; with a group's number it makes the group's identity, so nodes
 *     of different clusters never mix
 * @param node this node's number
 * @param bindHost where the port listens; empty for all interfaces
 * @param peers all nodes, this one included
 * @param groups the members (node numbers) of each group, by the group's number
 * @param dataDirectory holds one directory per group; created if missing
 * @param limits sizes and times
 */
public record RatisConfig(
    String cluster,
    int node,
    String bindHost,
    List<Peer> peers,
    Map<Integer, List<Integer>> groups,
    Path dataDirectory,
    Limits limits) {

  public RatisConfig {
    peers = List.copyOf(peers);
    groups = Map.copyOf(groups);
    if (peers.stream().noneMatch(peer -> peer.node() == node)) {
      throw new IllegalArgumentException("node " + node + " is not among the peers " + peers);
    }
    for (Map.Entry<Integer, List<Integer>> group : groups.entrySet()) {
      for (int member : group.getValue()) {
        if (peers.stream().noneMatch(peer -> peer.node() == member)) {
          throw new IllegalArgumentException(
              "member " + member + " of group " + group.getKey() + " is not among the peers");
        }
      }
    }
  }

  /** A configuration with default limits that listens where its own peer entry says. */
  public static RatisConfig of(
      String cluster,
      int node,
      List<Peer> peers,
      Map<Integer, List<Integer>> groups,
      Path dataDirectory) {
    String bindHost =
        peers.stream().filter(peer -> peer.node() == node).map(Peer::host).findFirst().orElse("");
    return new RatisConfig(
        cluster, node, bindHost, peers, groups, dataDirectory, Limits.defaults());
  }

  public RatisConfig withBindHost(String host) {
    return new RatisConfig(cluster, node, host, peers, groups, dataDirectory, limits);
  }

  public RatisConfig withLimits(Limits changed) {
    return new RatisConfig(cluster, node, bindHost, peers, groups, dataDirectory, changed);
  }

  /**
   * @param port of Raft and the links
   */
  public record Peer(int node, String host, int port) {}

  Peer peer(int number) {
    return peers.stream()
        .filter(peer -> peer.node() == number)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no peer " + number));
  }

  /**
   * @param electionTimeoutMinMs a follower that hears nothing for this long may start an election;
   *     heartbeats go at half of it. 50 or more
   * @param electionTimeoutMaxMs a leader that reaches no majority for this long steps down; more
   *     than the minimum
   * @param maxEntryBytes largest entry. Each group holds a write buffer of this size in direct
   *     memory
   * @param segmentBytes size of a log segment file; purging removes whole segments
   * @param preallocatedBytes how far a segment file is extended at a time; the log stalls while it
   *     is
   * @param cachedSegments closed log segments kept in memory per group
   * @param cachedSegmentBytes bytes of closed log segments kept in memory per group
   * @param pendingEntries proposals that wait for their commit, per group
   * @param pendingBytes bytes of such proposals, per group; more than {@code maxEntryBytes}
   * @param appendsInFlight appends sent to a follower and not answered; each carries up to {@code
   *     maxEntryBytes}
   * @param appendBytesInFlight bytes of such appends, per follower and group, after which no more
   *     is sent until some are answered
   * @param snapshotChunkBytes size of the pieces in which a snapshot is sent to a follower
   * @param snapshotFiles snapshot files kept per group, the latest included
   */
  public record Limits(
      int electionTimeoutMinMs,
      int electionTimeoutMaxMs,
      int maxEntryBytes,
      int segmentBytes,
      int preallocatedBytes,
      int cachedSegments,
      int cachedSegmentBytes,
      int pendingEntries,
      int pendingBytes,
      int appendsInFlight,
      int appendBytesInFlight,
      int snapshotChunkBytes,
      int snapshotFiles) {

    private static final int MIB = 1 << 20;

    public Limits {
      if (electionTimeoutMinMs < 50 || electionTimeoutMaxMs <= electionTimeoutMinMs) {
        throw new IllegalArgumentException(
            "election timeouts must be 50 <= min < max, but are "
                + electionTimeoutMinMs
                + " and "
                + electionTimeoutMaxMs);
      }
      if (pendingBytes < maxEntryBytes) {
        throw new IllegalArgumentException(
            "pending bytes ("
                + pendingBytes
                + ") are fewer than an entry's ("
                + maxEntryBytes
                + ")");
      }
    }

    public static Limits defaults() {
      return new Limits(
          300, 600, 18 * MIB, 16 * MIB, MIB, 1, 32 * MIB, 1024, 64 * MIB, 4, 8 * MIB, 4 * MIB, 2);
    }

    public Limits withElectionTimeout(int minMs, int maxMs) {
      return with(
          copy -> {
            copy.electionTimeoutMinMs = minMs;
            copy.electionTimeoutMaxMs = maxMs;
          });
    }

    public Limits withAppendBytesInFlight(int bytes) {
      return with(copy -> copy.appendBytesInFlight = bytes);
    }

    public Limits withSegment(int bytes, int preallocated) {
      return with(
          copy -> {
            copy.segmentBytes = bytes;
            copy.preallocatedBytes = preallocated;
          });
    }

    private Limits with(Consumer<Copy> change) {
      Copy copy = new Copy(this);
      change.accept(copy);
      return copy.limits();
    }

    /** What the {@code with} methods change. */
    private static final class Copy {
      private int electionTimeoutMinMs;
      private int electionTimeoutMaxMs;
      private int maxEntryBytes;
      private int segmentBytes;
      private int preallocatedBytes;
      private int cachedSegments;
      private int cachedSegmentBytes;
      private int pendingEntries;
      private int pendingBytes;
      private int appendsInFlight;
      private int appendBytesInFlight;
      private int snapshotChunkBytes;
      private int snapshotFiles;

      Copy(Limits from) {
        electionTimeoutMinMs = from.electionTimeoutMinMs;
        electionTimeoutMaxMs = from.electionTimeoutMaxMs;
        maxEntryBytes = from.maxEntryBytes;
        segmentBytes = from.segmentBytes;
        preallocatedBytes = from.preallocatedBytes;
        cachedSegments = from.cachedSegments;
        cachedSegmentBytes = from.cachedSegmentBytes;
        pendingEntries = from.pendingEntries;
        pendingBytes = from.pendingBytes;
        appendsInFlight = from.appendsInFlight;
        appendBytesInFlight = from.appendBytesInFlight;
        snapshotChunkBytes = from.snapshotChunkBytes;
        snapshotFiles = from.snapshotFiles;
      }

      Limits limits() {
        return new Limits(
            electionTimeoutMinMs,
            electionTimeoutMaxMs,
            maxEntryBytes,
            segmentBytes,
            preallocatedBytes,
            cachedSegments,
            cachedSegmentBytes,
            pendingEntries,
            pendingBytes,
            appendsInFlight,
            appendBytesInFlight,
            snapshotChunkBytes,
            snapshotFiles);
      }
    }
  }
}
