package io.quorate.node.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All settings of a node, in the order of the reference. */
public final class Settings {

  private static final List<Setting<?>> DECLARED = new ArrayList<>();

  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;
  private static final long GIB = 1024 * MIB;
  private static final String HOST = "a host name or an address";
  private static final String HOST_PATTERN = "[A-Za-z0-9._:-]+";

  public static final Setting<String> CLUSTER_NAME =
      declare(
          "cluster.name",
          ValueTypes.text("1 to 64 letters, digits, '.', '_' or '-'", "[A-Za-z0-9._-]{1,64}"),
          "quorate",
          "The cluster's name. All nodes of a cluster have the same; a data directory belongs to"
              + " one cluster.");
  public static final Setting<Integer> NODE_ID =
      declare(
          "node.id",
          ValueTypes.integer(1, 65535, ""),
          "1",
          "This node's number: it never changes, and no other node of the cluster has it.");
  public static final Setting<List<NodeAddress>> CLUSTER_NODES =
      declare(
          "cluster.nodes",
          ValueTypes.nodes(),
          "",
          "All nodes of the cluster, this one included, with their ports for Raft and links:"
              + " 1@10.0.0.1:6671,2@10.0.0.2:6671,3@10.0.0.3:6671. The same on every node. Empty:"
              + " a cluster of this node alone.");
  public static final Setting<Path> DATA_DIR =
      declare(
          "data.dir",
          ValueTypes.path(),
          "data",
          "Where the node keeps its logs and snapshots. One running node per directory.");
  public static final Setting<String> BIND_HOST =
      declare(
          "bind.host",
          ValueTypes.text(HOST, HOST_PATTERN),
          "127.0.0.1",
          "The address that every port of this node listens on; 0.0.0.0 is all of them.");
  public static final Setting<Duration> STOP_TIMEOUT =
      declare(
          "stop.timeout",
          ValueTypes.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)),
          "15s",
          "How long an orderly stop may take before the process ends all the same.");

  public static final Setting<String> AMQP_HOST =
      declare(
          "amqp.host",
          ValueTypes.text(HOST + ", or nothing", "(" + HOST_PATTERN + ")?"),
          "",
          "The address that AMQP listens on, if another than bind.host.");
  public static final Setting<Integer> AMQP_PORT =
      declare("amqp.port", ValueTypes.port(), "5672", "The port for AMQP 0-9-1 clients.");
  public static final Setting<Integer> AMQP_CHANNEL_MAX =
      declare(
          "amqp.channel-max",
          ValueTypes.integer(1, 65535, "channels"),
          "2047",
          "Channels that a connection may open.");
  public static final Setting<Long> AMQP_FRAME_MAX =
      declare(
          "amqp.frame-max",
          ValueTypes.bytes(4 * KIB, MIB),
          "128KiB",
          "The largest frame that is offered to clients.");
  public static final Setting<Duration> AMQP_HEARTBEAT =
      declare(
          "amqp.heartbeat",
          ValueTypes.duration(Duration.ZERO, Duration.ofMinutes(60)),
          "60s",
          "The heartbeat that is offered to clients, in whole seconds; 0s offers none. A"
              + " connection that is silent for twice as long is closed.");
  public static final Setting<Duration> AMQP_HANDSHAKE_TIMEOUT =
      declare(
          "amqp.handshake-timeout",
          ValueTypes.duration(Duration.ofMillis(100), Duration.ofMinutes(5)),
          "10s",
          "How long a new connection may take until connection.open.");
  public static final Setting<Integer> AMQP_MAX_CONNECTIONS =
      declare(
          "amqp.max-connections",
          ValueTypes.integer(1, 1_000_000, "connections"),
          "20000",
          "Connections at one time; one more is closed at once.");
  public static final Setting<Long> AMQP_MAX_MESSAGE_BYTES =
      declare(
          "amqp.max-message-bytes",
          ValueTypes.bytes(KIB, 16 * MIB),
          "16MiB",
          "The largest body of a message; a larger one closes its channel with 406"
              + " (PRECONDITION_FAILED). A message travels whole, in one entry of a log, so it cannot"
              + " be larger than 16MiB.");
  public static final Setting<Long> AMQP_UNCONFIRMED_BYTES =
      declare(
          "amqp.unconfirmed-bytes",
          ValueTypes.bytes(64 * KIB, 4 * GIB),
          "8MiB",
          "Bytes of published messages of one connection that may be under way to the store; beyond"
              + " it the connection is not read until some are done.");
  public static final Setting<Integer> AMQP_PREFETCH_WINDOW =
      declare(
          "amqp.prefetch-window",
          ValueTypes.integer(1, 65535, "messages"),
          "1000",
          "Deliveries that a consumer may have under way from the store to its socket, whatever its"
              + " prefetch.");
  public static final Setting<Long> AMQP_PREFETCH_WINDOW_BYTES =
      declare(
          "amqp.prefetch-window-bytes",
          ValueTypes.bytes(64 * KIB, 4 * GIB),
          "8MiB",
          "The same in bytes, of bodies and properties; the message that exceeds them is still"
              + " delivered.");
  public static final Setting<Integer> AMQP_UNLIMITED_PREFETCH =
      declare(
          "amqp.unlimited-prefetch",
          ValueTypes.integer(1, 10_000_000, "messages"),
          "65535",
          "Unacknowledged deliveries that a consumer may hold whose prefetch is 0, which means no"
              + " limit; by default as many as the largest prefetch that can be asked for. Each"
              + " takes some 200 bytes on two nodes; their bodies are not kept for it.");
  public static final Setting<Integer> AMQP_QUEUED_METHODS =
      declare(
          "amqp.queued-methods",
          ValueTypes.integer(1, 65535, "methods"),
          "256",
          "Methods of one connection that may wait for an earlier one of their channel; beyond it"
              + " the connection is not read.");
  public static final Setting<Long> AMQP_QUEUED_BYTES =
      declare(
          "amqp.queued-bytes",
          ValueTypes.bytes(4 * KIB, 4 * GIB),
          "1MiB",
          "The same in bytes of their frames. Published messages that wait count as"
              + " amqp.unconfirmed-bytes instead.");
  public static final Setting<Long> AMQP_UNSENT_BYTES =
      declare(
          "amqp.unsent-bytes",
          ValueTypes.bytes(64 * KIB, 4 * GIB),
          "32MiB",
          "Bytes of answers that a client may leave unread before its connection is not read any"
              + " more.");
  public static final Setting<Long> AMQP_TRANSACTION_BYTES =
      declare(
          "amqp.transaction-bytes",
          ValueTypes.bytes(64 * KIB, 4 * GIB),
          "32MiB",
          "Bytes of messages and acknowledgements that the transactions (tx.select) of one"
              + " connection may hold until they are committed; more closes the channel with"
              + " PRECONDITION_FAILED.");
  public static final Setting<Duration> AMQP_CLOSE_TIMEOUT =
      declare(
          "amqp.close-timeout",
          ValueTypes.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
          "5s",
          "How long a client may take to answer connection.close.");
  public static final Setting<Set<String>> AMQP_LOOPBACK_USERS =
      declare(
          "amqp.loopback-users",
          ValueTypes.names("user names with commas between them, or nothing"),
          "guest",
          "Users that may connect from this machine only.");
  public static final Setting<Integer> AMQP_THREADS =
      declare(
          "amqp.threads",
          ValueTypes.integer(0, 1024, "threads"),
          "0",
          "Threads that serve AMQP sockets; 0 chooses by the number of cores.");

  public static final Setting<Integer> ADMIN_PORT =
      declare(
          "admin.port",
          ValueTypes.port(),
          "7671",
          "The port for the admin API (gRPC), which the command line quorate uses.");
  public static final Setting<Integer> ADMIN_MAX_CALLS =
      declare(
          "admin.max-calls",
          ValueTypes.integer(1, 100_000, "calls"),
          "64",
          "Admin calls under way at one time; further ones are refused.");
  public static final Setting<Integer> ADMIN_PAGE_SIZE =
      declare(
          "admin.max-page-size",
          ValueTypes.integer(1, 10_000, "queues"),
          "1000",
          "The most queues that one answer of the admin API lists.");
  public static final Setting<Duration> ADMIN_REQUEST_TIMEOUT =
      declare(
          "admin.request-timeout",
          ValueTypes.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
          "30s",
          "The deadline of an admin call whose caller set none or a later one.");
  public static final Setting<Integer> HTTP_PORT =
      declare(
          "http.port",
          ValueTypes.port(),
          "15692",
          "The port for /metrics, /health/live and /health/ready.");
  public static final Setting<Integer> HTTP_MAX_CONNECTIONS =
      declare(
          "http.max-connections",
          ValueTypes.integer(1, 10_000, "connections"),
          "100",
          "HTTP connections at one time; one more is closed at once.");
  public static final Setting<Integer> METRICS_QUEUES =
      declare(
          "metrics.queues",
          ValueTypes.integer(0, 10_000, "queues"),
          "100",
          "How many queues, the longest that this node leads, have their own figures in /metrics.");
  public static final Setting<Duration> METRICS_INTERVAL =
      declare(
          "metrics.interval",
          ValueTypes.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
          "5s",
          "How often the figures of queues are taken.");

  public static final Setting<Integer> RAFT_PORT =
      declare(
          "raft.port",
          ValueTypes.integer(1, 65535, ""),
          "6671",
          "The port for Raft and links when cluster.nodes is empty; otherwise the port in"
              + " cluster.nodes counts.");
  public static final Setting<Integer> SHARDS =
      declare(
          "shards",
          ValueTypes.integer(0, 1024, "shards"),
          "0",
          "Raft groups that hold queues; 0 is one per node. Fixed when the cluster is first"
              + " started, the same on every node.");
  public static final Setting<Integer> REPLICATION =
      declare(
          "replication",
          ValueTypes.integer(1, 7, "replicas"),
          "3",
          "Replicas of each shard, an odd number; at most as many as there are nodes. Fixed when the"
              + " cluster is first started, the same on every node.");
  public static final Setting<Duration> ELECTION_TIMEOUT_MIN =
      declare(
          "raft.election-timeout-min",
          ValueTypes.duration(Duration.ofMillis(50), Duration.ofMinutes(1)),
          "200ms",
          "The silence after which a replica stands for election when the leader's process is gone."
              + " The same on every node.");
  public static final Setting<Duration> ELECTION_TIMEOUT_MAX =
      declare(
          "raft.election-timeout-max",
          ValueTypes.duration(Duration.ofMillis(100), Duration.ofMinutes(2)),
          "400ms",
          "The same when the leader's process can be connected to, but is silent.");
  public static final Setting<Long> APPEND_BYTES =
      declare(
          "raft.append-bytes-in-flight",
          ValueTypes.bytes(256 * KIB, GIB),
          "8MiB",
          "Bytes of the log of a shard that may be on their way to a follower and unanswered, after"
              + " which no more is sent to it; the last append may exceed it. At most four appends"
              + " are on their way.");
  public static final Setting<Long> SNAPSHOT_BYTES =
      declare(
          "snapshot.bytes",
          ValueTypes.bytes(64 * KIB, 64 * GIB),
          "64MiB",
          "Log bytes of a shard after which it writes a snapshot and drops the log before it, in whole"
              + " segments of 16 MiB; more when the last snapshot was larger, without what it found in"
              + " page files.");

  public static final Setting<Long> SHARD_BATCH_BYTES =
      declare(
          "shard.batch-bytes",
          ValueTypes.bytes(4 * KIB, MIB),
          "256KiB",
          "How large a Raft entry may grow, with the operations of many clients, before the next is"
              + " begun.");
  public static final Setting<Integer> SHARD_ENTRIES_IN_FLIGHT =
      declare(
          "shard.entries-in-flight",
          ValueTypes.integer(1, 64, "entries"),
          "2",
          "Raft entries of a shard that may be on their way; what arrives meanwhile shares the"
              + " next.");
  public static final Setting<Integer> SHARD_LINGER_MAX_US =
      declare(
          "shard.linger-max-us",
          ValueTypes.integer(0, 100_000, "microseconds"),
          "2000",
          "How long, at most, the next entry waits for company after one that many operations shared,"
              + " while the machine has no processor time to spare; on others nothing waits. 0: never.");
  public static final Setting<Integer> SHARD_SETTLE_DELAY_US =
      declare(
          "shard.settle-delay-us",
          ValueTypes.integer(0, 100_000, "microseconds"),
          "2000",
          "How long, at most, acks wait for something to share their Raft entry, while nobody waits for"
              + " them: consumers get their next messages at once. 0: never.");
  public static final Setting<Integer> SHARD_CROWD =
      declare(
          "shard.crowd",
          ValueTypes.integer(1, 1_000_000, "operations"),
          "16",
          "From so many operations on an entry is a crowd's: what comes while it is under way"
              + " gathers in one entry after it.");
  public static final Setting<Integer> SHARD_INBOX =
      declare(
          "shard.inbox",
          ValueTypes.integer(16, 1_000_000, "tasks"),
          "1024",
          "Tasks that wait for a shard's loop from which on Raft waits, for at most 100 ms at a"
              + " time, before it hands it more entries. What clients send is bounded by"
              + " store.in-flight-bytes.");
  public static final Setting<Integer> SHARD_BURST =
      declare(
          "shard.burst",
          ValueTypes.integer(1, 1_000_000, "tasks"),
          "512",
          "Most tasks that a shard's loop takes before it proposes and sends what has gathered.");
  public static final Setting<Integer> SHARD_HORIZON =
      declare(
          "shard.horizon",
          ValueTypes.integer(2, 1_000_000, "messages"),
          "1024",
          "How far ahead of the deliveries of a queue it is written down what may have been"
              + " delivered, at least.");
  public static final Setting<Integer> SHARD_HORIZON_MOST =
      declare(
          "shard.horizon-most",
          ValueTypes.integer(2, 1_000_000, "messages"),
          "32768",
          "The same at most: it grows from shard.horizon while the deliveries of a queue would have"
              + " to wait for it, and shrinks again. The most that a failover can flag redelivered"
              + " without need.");
  public static final Setting<Duration> SHARD_HANDOVER_TIMEOUT =
      declare(
          "shard.handover-timeout",
          ValueTypes.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
          "500ms",
          "How long a new leader waits, before it delivers, for the connected frontends to say what"
              + " their consumers hold.");
  public static final Setting<Duration> SHARD_DETACH_GRACE =
      declare(
          "shard.detach-grace",
          ValueTypes.duration(Duration.ZERO, Duration.ofMinutes(10)),
          "1s",
          "How long consumers on a node whose link broke keep what they hold, before it goes to"
              + " others.");
  public static final Setting<Duration> LINK_SILENCE =
      declare(
          "link.silence",
          ValueTypes.duration(Duration.ofMillis(1_000), Duration.ofMinutes(1)),
          "2500ms",
          "A node that says nothing for so long is taken for gone by the others' links. The same on"
              + " every node.");
  public static final Setting<Long> LINK_QUEUE_BYTES =
      declare(
          "link.queue-bytes",
          ValueTypes.bytes(64 * KIB, 4 * GIB),
          "8MiB",
          "Bytes that may wait to be sent to another node, in each direction of each link; beyond it"
              + " publishers to that node's queues wait, and its consumers are sent nothing. What"
              + " cannot wait (confirms, answers) may be four times as much; then the link is"
              + " closed and made again.");
  public static final Setting<Duration> LINK_STALL =
      declare(
          "link.stall-timeout",
          ValueTypes.duration(Duration.ofMillis(1_000), Duration.ofMinutes(10)),
          "10s",
          "A link that takes nothing of what waits to be sent for so long is closed and made"
              + " again.");
  public static final Setting<Duration> PROPAGATION_TIMEOUT =
      declare(
          "definitions.propagation-timeout",
          ValueTypes.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
          "1s",
          "How long the answer to a declaration, a binding and the like waits for a node that is"
              + " connected but does not keep up.");

  public static final Setting<Long> IN_FLIGHT_BYTES =
      declare(
          "store.in-flight-bytes",
          ValueTypes.bytes(MIB, 64 * GIB),
          "64MiB",
          "Bytes of published messages that may be unanswered on this node; beyond it publishers"
              + " wait.");
  public static final Setting<Long> RESIDENT_BYTES =
      declare(
          "store.resident-bytes",
          ValueTypes.bytes(0, 1024 * GIB),
          "0",
          "Bytes of messages that the replicas on this node may hold in memory; beyond it the"
              + " publishers of the whole cluster wait: paging cannot keep up, or the disk is full."
              + " 0 is half of the heap.");
  public static final Setting<Long> PAGE_OUT_BYTES =
      declare(
          "store.page-out-bytes",
          ValueTypes.bytes(0, 1024 * GIB),
          "0",
          "Bytes of messages that the replicas on this node may hold in memory before they page"
              + " them out to disk; less than store.resident-bytes. 0 is a quarter of the heap.");
  public static final Setting<Long> READ_AHEAD_BYTES =
      declare(
          "store.read-ahead-bytes",
          ValueTypes.bytes(64 * KIB, GIB),
          "1MiB",
          "Bytes of the next messages of each queue with consumers that are read back from disk ahead"
              + " of them, and that are paged out last; less where store.page-out-bytes, shared among"
              + " the node's replicas, is smaller.");
  public static final Setting<Long> PAGE_READING_BYTES =
      declare(
          "store.page-reading-bytes",
          ValueTypes.bytes(64 * KIB, GIB),
          "8MiB",
          "Bytes of messages that each replica may have on their way from disk ahead of need; what a"
              + " consumer waits for is read beyond it.");
  public static final Setting<Long> PAGE_WRITING_BYTES =
      declare(
          "store.page-writing-bytes",
          ValueTypes.bytes(64 * KIB, GIB),
          "8MiB",
          "Bytes of messages that each replica may have on their way to disk, where they are paged"
              + " out; they are in memory meanwhile, and more waits there.");
  public static final Setting<Long> PAGE_CHECK_RATE =
      declare(
          "store.page-check-rate",
          ValueTypes.bytes(0, GIB),
          "1MiB",
          "Bytes a second of messages on disk that this node reads again, round and round, to see"
              + " whether they are damaged; what is gets repaired from another node. 0: only what"
              + " is needed is read.");
  public static final Setting<Long> DISK_FREE_LIMIT =
      declare(
          "store.disk-free-limit",
          ValueTypes.bytes(0, 1024 * GIB),
          "256MiB",
          "Free space under data.dir below which the publishers of the whole cluster wait, until"
              + " there is an eighth more; consumers go on. Leave room for what is under way: up to"
              + " store.in-flight-bytes from each node, and a snapshot. 0: no limit.");
  public static final Setting<Duration> REQUEST_TIMEOUT =
      declare(
          "store.request-timeout",
          ValueTypes.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
          "30s",
          "How long a request (declare, get, consume) waits for a leader before it is refused.");

  public static final Setting<String> DEFAULT_USER =
      declare(
          "default.user",
          ValueTypes.text("1 to 255 characters", ".{1,255}"),
          "guest",
          "The user that is created when the cluster has none; see amqp.loopback-users for where it"
              + " may connect from.");
  public static final Setting<String> DEFAULT_PASSWORD =
      declare(
          new Setting<>(
              "default.password",
              ValueTypes.text("1 to 255 characters", ".{1,255}"),
              "guest",
              "The password of that user.",
              true));

  public static final Setting<String> LOG_LEVEL =
      declare(
          "log.level",
          ValueTypes.oneOf("error", "warn", "info", "debug", "trace"),
          "info",
          "How much is logged.");
  public static final Setting<String> LOG_FILE =
      declare(
          "log.file",
          ValueTypes.text("a path, or nothing", ".*"),
          "",
          "A file that the log is written to as well as to the console; a new one every day or"
              + " 100 MB, the last 10 are kept.");

  private Settings() {}

  /** All settings, in the order of the reference. */
  public static List<Setting<?>> all() {
    return Collections.unmodifiableList(DECLARED);
  }

  /** The setting of this name, or null. */
  public static @Nullable Setting<?> named(String name) {
    return DECLARED.stream().filter(s -> s.name().equals(name)).findFirst().orElse(null);
  }

  private static <T> Setting<T> declare(
      String name, ValueType<T> type, String defaultText, String documentation) {
    return declare(new Setting<>(name, type, defaultText, documentation));
  }

  private static <T> Setting<T> declare(Setting<T> setting) {
    DECLARED.add(setting);
    return setting;
  }
}
