package io.quorate.node;

import io.quorate.admin.server.AdminConfig;
import io.quorate.amqp.FrontendConfig;
import io.quorate.node.config.Configuration;
import io.quorate.node.config.Setting;
import io.quorate.node.config.Settings;
import io.quorate.raftqueue.shard.PageLimits;
import io.quorate.raftqueue.shard.ShardSettings;
import io.quorate.raftqueue.store.StoreConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The configurations of a node's parts, made from its settings. */
final class NodeConfigs {

  private NodeConfigs() {}

  static StoreConfig store(Configuration settings, Path dataDir) {
    List<StoreConfig.Node> nodes =
        settings.clusterNodes().stream()
            .map(node -> new StoreConfig.Node(node.id(), node.host(), node.raftPort()))
            .toList();
    long residentBytes = settings.get(Settings.RESIDENT_BYTES);
    long pageOutBytes = settings.get(Settings.PAGE_OUT_BYTES);
    return new StoreConfig(
        settings.get(Settings.CLUSTER_NAME),
        settings.get(Settings.NODE_ID),
        nodes,
        settings.get(Settings.BIND_HOST),
        dataDir.resolve("store"),
        settings.get(Settings.SHARDS),
        settings.get(Settings.REPLICATION),
        milliseconds(settings, Settings.ELECTION_TIMEOUT_MIN),
        milliseconds(settings, Settings.ELECTION_TIMEOUT_MAX),
        Math.toIntExact(settings.get(Settings.APPEND_BYTES)),
        shard(settings),
        settings.get(Settings.IN_FLIGHT_BYTES),
        residentBytes == 0 ? Runtime.getRuntime().maxMemory() / 2 : residentBytes,
        new PageLimits(
            pageOutBytes == 0 ? Runtime.getRuntime().maxMemory() / 4 : pageOutBytes,
            settings.get(Settings.READ_AHEAD_BYTES),
            settings.get(Settings.PAGE_READING_BYTES),
            settings.get(Settings.PAGE_WRITING_BYTES),
            settings.get(Settings.PAGE_CHECK_RATE)),
        settings.get(Settings.DISK_FREE_LIMIT),
        milliseconds(settings, Settings.REQUEST_TIMEOUT),
        milliseconds(settings, Settings.LINK_SILENCE),
        settings.get(Settings.LINK_QUEUE_BYTES),
        milliseconds(settings, Settings.LINK_STALL),
        milliseconds(settings, Settings.PROPAGATION_TIMEOUT));
  }

  private static ShardSettings shard(Configuration settings) {
    return new ShardSettings(
        Math.toIntExact(settings.get(Settings.SHARD_BATCH_BYTES)),
        settings.get(Settings.SHARD_ENTRIES_IN_FLIGHT),
        settings.get(Settings.SHARD_HORIZON),
        settings.get(Settings.SHARD_HORIZON_MOST),
        milliseconds(settings, Settings.SHARD_HANDOVER_TIMEOUT),
        milliseconds(settings, Settings.SHARD_DETACH_GRACE),
        ShardSettings.DEFAULT.leaseRetryMs(),
        settings.get(Settings.SNAPSHOT_BYTES),
        settings.get(Settings.SHARD_LINGER_MAX_US),
        settings.get(Settings.SHARD_SETTLE_DELAY_US),
        settings.get(Settings.SHARD_CROWD),
        settings.get(Settings.SHARD_INBOX),
        settings.get(Settings.SHARD_BURST));
  }

  static FrontendConfig frontend(Configuration settings) {
    return new FrontendConfig(
        settings.amqpHost(),
        settings.get(Settings.AMQP_PORT),
        settings.get(Settings.AMQP_CHANNEL_MAX),
        Math.toIntExact(settings.get(Settings.AMQP_FRAME_MAX)),
        milliseconds(settings, Settings.AMQP_HEARTBEAT) / 1000,
        Math.toIntExact(settings.get(Settings.AMQP_MAX_MESSAGE_BYTES)),
        settings.get(Settings.AMQP_MAX_CONNECTIONS),
        settings.get(Settings.AMQP_UNCONFIRMED_BYTES),
        settings.get(Settings.AMQP_PREFETCH_WINDOW),
        settings.get(Settings.AMQP_PREFETCH_WINDOW_BYTES),
        settings.get(Settings.AMQP_UNLIMITED_PREFETCH),
        settings.get(Settings.AMQP_QUEUED_METHODS),
        settings.get(Settings.AMQP_QUEUED_BYTES),
        settings.get(Settings.AMQP_UNSENT_BYTES),
        settings.get(Settings.AMQP_TRANSACTION_BYTES),
        milliseconds(settings, Settings.AMQP_HANDSHAKE_TIMEOUT),
        milliseconds(settings, Settings.AMQP_CLOSE_TIMEOUT),
        settings.get(Settings.AMQP_LOOPBACK_USERS),
        settings.get(Settings.AMQP_THREADS));
  }

  static AdminConfig admin(Configuration settings) {
    AdminConfig defaults =
        AdminConfig.of(settings.get(Settings.BIND_HOST), settings.get(Settings.ADMIN_PORT));
    int maxPageSize = settings.get(Settings.ADMIN_PAGE_SIZE);
    return new AdminConfig(
        defaults.host(),
        defaults.port(),
        settings.get(Settings.ADMIN_MAX_CALLS),
        defaults.maxRequestBytes(),
        Math.min(defaults.defaultPageSize(), maxPageSize),
        maxPageSize,
        defaults.statsTimeoutMs(),
        settings.get(Settings.ADMIN_REQUEST_TIMEOUT).toMillis());
  }

  private static int milliseconds(Configuration settings, Setting<Duration> setting) {
    return Math.toIntExact(settings.get(setting).toMillis());
  }
}
