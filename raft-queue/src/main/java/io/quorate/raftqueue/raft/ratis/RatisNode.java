package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.raft.RaftNode;
import io.quorate.raftqueue.raft.ReplicatedState;
import io.quorate.raftqueue.raft.ratis.stream.StreamNegotiator;
import io.quorate.raftqueue.thread.DaemonThreads;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.PureJavaCrc32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link RaftNode} on Apache Ratis. One port serves Raft and the services given to {@link
 * #create}.
 */
public final class RatisNode implements RaftNode {
  private static final Logger log = LoggerFactory.getLogger(RatisNode.class);
  private static final int CLOSE_TIMEOUT_MS = 4500;

  private final RatisConfig config;
  private final RaftServer server;
  private final Groups groups;
  private final List<RatisGroup> added = new ArrayList<>();
  private final ScheduledThreadPoolExecutor background;
  private final List<StandingMember> standing = new ArrayList<>();
  private final ElectionTimer electionTimer;
  private boolean started;
  private boolean closed;

  private RatisNode(RatisConfig config, RaftServer server, Groups groups) {
    this.config = config;
    this.server = server;
    this.groups = groups;
    this.background = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("raft-background"));
    background.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.electionTimer = new ElectionTimer(config.limits(), standing);
  }

  private static void warnOfSlowChecksums() {
    if (!sourceOf(PureJavaCrc32C.class).equals(sourceOf(RatisNode.class))) {
      log.warn(
          "checksums of the log are computed by Ratis's slower code: raft-queue's jar should come"
              + " before Ratis's in the class path");
    }
  }

  private static Optional<URL> sourceOf(Class<?> type) {
    return Optional.ofNullable(type.getProtectionDomain().getCodeSource())
        .map(CodeSource::getLocation);
  }

  /**
   * Prepares a node; nothing listens before {@link #start}.
   *
   * @param extraServices gRPC services that share the port; of the gRPC classes that Ratis carries
   * @throws IOException if the data directory cannot be used
   */
  public static RatisNode create(RatisConfig config, List<ServerServiceDefinition> extraServices)
      throws IOException {
    warnOfSlowChecksums();
    // Else Ratis ends the process when the port is taken.
    ExitUtils.disableSystemExit();
    Files.createDirectories(config.dataDirectory());
    Groups groups = new Groups();
    PortAppends appends = new PortAppends(groups);
    StreamNegotiator streams =
        new StreamNegotiator(appends, RatisSettings.maxMessageBytes(config.limits()));
    Parameters parameters = new Parameters();
    PortFactory.setGroups(parameters, groups);
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters,
        (builder, types) -> {
          extraServices.forEach(builder::addService);
          return builder
              .protocolNegotiator(streams)
              .callExecutor(new PortExecutors())
              .intercept(new PortGuard(groups));
        });
    RaftProperties properties = RatisSettings.properties(config);
    // Ratis would bring up all groups it finds, with the peers their logs name, and with none if a
    // log is still empty. Ours come with their peers in start(), so it must find none.
    RatisSettings.storage(properties, config.dataDirectory().resolve("none"));
    RaftServer server =
        RaftServer.newBuilder()
            .setServerId(RatisGroup.peerId(config.node()))
            .setOption(RaftStorage.StartupOption.RECOVER)
            .setStateMachineRegistry(id -> groups.of(id).machine())
            .setProperties(properties)
            .setParameters(parameters)
            .build();
    appends.server(server);
    RatisSettings.storage(server.getProperties(), config.dataDirectory());
    return new RatisNode(config, server, groups);
  }

  @Override
  public synchronized RaftGroup addGroup(int id, ReplicatedState state) {
    if (started) {
      throw new IllegalStateException("groups are added before the node is started");
    }
    if (!config.groups().containsKey(id)) {
      throw new IllegalArgumentException("group " + id + " has no members in the configuration");
    }
    RaftGroupId groupId = groupId(id);
    RatisGroup group = new RatisGroup(id, groupId, config, server, state, background);
    groups.put(groupId, group);
    added.add(group);
    return group;
  }

  private RaftGroupId groupId(int id) {
    String name = "quorate/" + config.cluster() + "/" + id;
    return RaftGroupId.valueOf(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Restores all groups from disk (with calls to {@link ReplicatedState#restore}) and begins to
   * take part.
   *
   * @throws IOException if a group's files cannot be used or the port cannot be listened on; the
   *     node must then be closed
   */
  @Override
  public synchronized void start() throws IOException {
    if (started || closed) {
      throw new IllegalStateException("started or closed before");
    }
    started = true;
    for (RatisGroup group : added) {
      startGroup(group);
    }
    try {
      server.start();
      stand();
    } catch (ExitUtils.ExitException e) {
      ExitUtils.clear();
      RatisConfig.Peer self = config.peer(config.node());
      Throwable cause = e.getCause();
      throw new IOException(
          "cannot listen on "
              + config.bindHost()
              + ":"
              + self.port()
              + ": "
              + (cause == null ? e.getMessage() : cause.getMessage()),
          e);
    }
  }

  /** From here on this node stands for election where a leader is silent. */
  private void stand() throws IOException {
    for (RatisGroup group : added) {
      standing.add(
          new StandingMember(
              server.getDivision(group.groupId()),
              config.limits(),
              config.groups().getOrDefault(group.id(), List.of()),
              config.node(),
              ElectionTimer.requests()));
    }
    electionTimer.start();
  }

  @Override
  public void reachable(int node, boolean is) {
    electionTimer.reachable(node, is);
  }

  private void startGroup(RatisGroup group) throws IOException {
    new VoteFiles(directory(group).resolve("current")).restore();
    List<RaftPeer> peers = new ArrayList<>();
    for (int member : config.groups().getOrDefault(group.id(), List.of())) {
      RatisConfig.Peer peer = config.peer(member);
      peers.add(
          RaftPeer.newBuilder()
              .setId(RatisGroup.peerId(member))
              .setAddress(peer.host() + ":" + peer.port())
              .build());
    }
    org.apache.ratis.protocol.RaftGroup raftGroup =
        org.apache.ratis.protocol.RaftGroup.valueOf(group.groupId(), peers);
    RaftClientReply reply =
        server.groupManagement(
            GroupManagementRequest.newAdd(
                ClientId.randomId(), server.getId(), group.nextCall(), raftGroup, false));
    if (!reply.isSuccess()) {
      throw new IOException(
          "cannot start group " + group.id() + ": " + RatisGroup.reason(reply, null));
    }
  }

  /** Where the group's files are. */
  Path directory(RaftGroup group) {
    return config.dataDirectory().resolve(((RatisGroup) group).groupId().getUuid().toString());
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    electionTimer.close();
    groups.all().forEach(RatisGroup::closing);
    background.shutdown();
    Thread closer = DaemonThreads.of(this::closeServer, "raft-close");
    closer.start();
    try {
      closer.join(CLOSE_TIMEOUT_MS);
      if (closer.isAlive()) {
        log.warn("Raft is still closing after {} ms; going on without it", CLOSE_TIMEOUT_MS);
      }
      background.awaitTermination(100, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeServer() {
    try {
      server.close();
    } catch (IOException | RuntimeException e) {
      log.warn("Raft did not close cleanly: {}", e.toString());
    }
  }
}
