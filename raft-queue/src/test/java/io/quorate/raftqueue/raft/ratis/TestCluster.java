package io.quorate.raftqueue.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.raftqueue.raft.RaftGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Nodes 1..n in this process, each with the given groups, on ephemeral ports and real files. */
final class TestCluster implements AutoCloseable {
  static final int GROUP = 0;

  final class Member {
    final RatisNode node;
    final Map<Integer, RaftGroup> groups = new HashMap<>();
    final Map<Integer, ListState> states = new HashMap<>();

    Member(RatisNode node) {
      this.node = node;
    }

    RaftGroup group() {
      return groups.get(GROUP);
    }

    ListState state() {
      return states.get(GROUP);
    }
  }

  private final Path directory;
  private final List<RatisConfig.Peer> peers = new ArrayList<>();
  private final List<Integer> groupIds;
  private final UnaryOperator<RatisConfig.Limits> limits;
  final Map<Integer, Member> running = new HashMap<>();

  TestCluster(
      Path directory, int nodes, List<Integer> groupIds, UnaryOperator<RatisConfig.Limits> limits)
      throws IOException {
    this.directory = directory;
    this.groupIds = groupIds;
    this.limits = limits;
    List<ServerSocket> sockets = new ArrayList<>();
    for (int node = 1; node <= nodes; node++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      sockets.add(socket);
      peers.add(new RatisConfig.Peer(node, "127.0.0.1", socket.getLocalPort()));
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }

  static TestCluster started(Path directory, int nodes) throws IOException {
    TestCluster cluster = new TestCluster(directory, nodes, List.of(GROUP), l -> l);
    cluster.startAll();
    return cluster;
  }

  void startAll() throws IOException {
    for (RatisConfig.Peer peer : peers) {
      start(peer.node());
    }
  }

  RatisConfig config(int node) {
    Map<Integer, List<Integer>> groups = new HashMap<>();
    List<Integer> members = peers.stream().map(RatisConfig.Peer::node).toList();
    groupIds.forEach(id -> groups.put(id, members));
    return RatisConfig.of("test", node, peers, groups, directory.resolve("n" + node))
        .withLimits(limits.apply(RatisConfig.Limits.defaults()));
  }

  Member start(int node) throws IOException {
    Member member = new Member(RatisNode.create(config(node), List.of()));
    for (int id : groupIds) {
      ListState state = new ListState();
      member.states.put(id, state);
      member.groups.put(id, member.node.addGroup(id, state));
    }
    try {
      member.node.start();
    } catch (IOException e) {
      member.node.close();
      throw e;
    }
    running.put(node, member);
    return member;
  }

  void stop(int node) {
    running.remove(node).node.close();
  }

  Path directory(int node) {
    Member member = running.get(node);
    return member.node.directory(member.group());
  }

  /** Waits until one of the running members leads and may propose. */
  int leader() {
    await(() -> leaderOrZero() != 0);
    return leaderOrZero();
  }

  private int leaderOrZero() {
    for (Map.Entry<Integer, Member> entry : running.entrySet()) {
      List<String> events = entry.getValue().state().events();
      if (events.lastIndexOf("ready") > events.lastIndexOf("lost")) {
        return entry.getKey();
      }
    }
    return 0;
  }

  Member leading() {
    return running.get(leader());
  }

  int follower() {
    int leader = leader();
    return running.keySet().stream().filter(node -> node != leader).findFirst().orElseThrow();
  }

  void propose(String text, Object context) throws Exception {
    leading()
        .group()
        .propose(text.getBytes(StandardCharsets.UTF_8), context)
        .get(10, TimeUnit.SECONDS);
  }

  void awaitSizeEverywhere(int size) {
    running.values().forEach(member -> await(() -> member.state().size() == size));
  }

  static void await(BooleanSupplier condition) {
    await(Duration.ofSeconds(20), condition);
  }

  static void await(Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("condition not met in " + limit).isLessThan(end);
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    List<Thread> closers =
        running.values().stream().map(member -> new Thread(member.node::close)).toList();
    closers.forEach(Thread::start);
    try {
      for (Thread closer : closers) {
        closer.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    running.clear();
  }
}
