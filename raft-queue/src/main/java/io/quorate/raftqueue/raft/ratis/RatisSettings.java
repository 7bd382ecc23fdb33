package io.quorate.raftqueue.raft.ratis;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Turns our configuration into Ratis's properties. */
final class RatisSettings {
  /** What Ratis and Protobuf put around an entry. */
  static final int ENTRY_OVERHEAD_BYTES = 4096;

  /** Ratis wants an append buffer to be this much smaller than a gRPC message. */
  private static final int MESSAGE_MARGIN_BYTES = 2 << 20;

  /** An append that is not answered in this time counts as lost. */
  static final int REQUEST_TIMEOUT_MS = 3000;

  /** How long a transfer of leadership may take; nothing is proposed meanwhile. */
  static final int TRANSFER_TIMEOUT_MS = 1000;

  private RatisSettings() {}

  static RaftProperties properties(RatisConfig config) {
    RaftProperties p = new RaftProperties();
    p.set(RaftConfigKeys.Rpc.TYPE_KEY, PortRpcType.class.getName());
    times(p, config.limits());
    log(p, config.limits());
    replication(p, config.limits());
    network(p, config);
    return p;
  }

  static void storage(RaftProperties p, Path directory) {
    RaftServerConfigKeys.setStorageDir(p, List.of(directory.toFile()));
    RaftServerConfigKeys.setRemovedGroupsDir(p, new File(directory.toFile(), "removed"));
  }

  private static void times(RaftProperties p, RatisConfig.Limits limits) {
    RaftServerConfigKeys.Rpc.setTimeoutMin(p, millis(limits.electionTimeoutMinMs()));
    RaftServerConfigKeys.Rpc.setTimeoutMax(p, millis(limits.electionTimeoutMaxMs()));
    RaftServerConfigKeys.Rpc.setRequestTimeout(p, millis(REQUEST_TIMEOUT_MS));
    // A leader that was paused for longer than this steps down at once, and one that lost its
    // majority does not stand for election again before; 10 s by default, in which a group of which
    // only this replica is up to date would stand still.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
        p, millis(limits.electionTimeoutMaxMs()));
    // By default a server that was paused for a minute closes itself for good.
    RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(36500, TimeUnit.DAYS));
  }

  private static void log(RaftProperties p, RatisConfig.Limits limits) {
    RaftServerConfigKeys.Log.setSegmentSizeMax(p, bytes(limits.segmentBytes()));
    RaftServerConfigKeys.Log.setPreallocatedSize(p, bytes(limits.preallocatedBytes()));
    // An entry that is larger than this buffer is an I/O error to Ratis.
    RaftServerConfigKeys.Log.setWriteBufferSize(
        p, bytes(limits.maxEntryBytes() + 2 * ENTRY_OVERHEAD_BYTES));
    RaftServerConfigKeys.Log.setQueueByteLimit(p, bytes(limits.pendingBytes()));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, limits.cachedSegments());
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(p, bytes(limits.cachedSegmentBytes()));
    // One more entry per commit otherwise; the next leader tells the commit index.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
    // A follower that is down must not keep the log: it gets the snapshot.
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
    RaftServerConfigKeys.Log.setPurgeGap(p, 1);
    // A follower appends on the thread that brings the entries, in their order. By default Ratis
    // chains the appends as futures on other threads: two more hops for each, and when two streams
    // from a leader overlap, the chain can run one append twice.
    RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(p, false);
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, false);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, limits.snapshotFiles());
  }

  private static void replication(RaftProperties p, RatisConfig.Limits limits) {
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(
        p, bytes(limits.maxEntryBytes() + ENTRY_OVERHEAD_BYTES));
    RaftServerConfigKeys.Log.Appender.setBufferElementLimit(p, 64);
    RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(
        p, bytes(limits.snapshotChunkBytes()));
    RaftServerConfigKeys.Write.setElementLimit(p, limits.pendingEntries());
    RaftServerConfigKeys.Write.setByteLimit(p, bytes(limits.pendingBytes()));
    // Entries are never retried by Ratis's clients (there are none): an entry of this cache lives
    // for as short as possible, on followers too.
    RaftServerConfigKeys.RetryCache.setExpiryTime(p, TimeDuration.valueOf(1, TimeUnit.SECONDS));
    RaftServerConfigKeys.Read.setOption(p, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
  }

  /** Between two nodes, in bytes. */
  static int maxMessageBytes(RatisConfig.Limits limits) {
    return limits.maxEntryBytes() + MESSAGE_MARGIN_BYTES;
  }

  private static void network(RaftProperties p, RatisConfig config) {
    GrpcConfigKeys.Server.setHost(p, config.bindHost());
    GrpcConfigKeys.Server.setPort(p, config.peer(config.node()).port());
    GrpcConfigKeys.setMessageSizeMax(p, bytes(maxMessageBytes(config.limits())));
    GrpcConfigKeys.setFlowControlWindow(p, bytes(4 << 20));
    // Event loops: gRPC's own, shared by all of this process and at most two per processor.
  }

  private static TimeDuration millis(int value) {
    return TimeDuration.valueOf(value, TimeUnit.MILLISECONDS);
  }

  private static SizeInBytes bytes(int value) {
    return SizeInBytes.valueOf(value);
  }
}
