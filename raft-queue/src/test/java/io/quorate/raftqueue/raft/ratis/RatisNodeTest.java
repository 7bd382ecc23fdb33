package io.quorate.raftqueue.raft.ratis;

import static io.quorate.raftqueue.raft.ratis.TestCluster.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.raftqueue.raft.NotProposedException;
import io.quorate.raftqueue.raft.RaftGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.protocol.exceptions.RaftException;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatisNodeTest {
  @TempDir Path directory;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void entriesAreAppliedInOrderEverywhereWithContextOnTheProposerOnly() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      TestCluster.Member leader = cluster.leading();
      List<CompletableFuture<Void>> proposed = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        proposed.add(leader.group().propose(bytes("e" + i), i));
      }
      CompletableFuture.allOf(proposed.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
      cluster.awaitSizeEverywhere(500);
      List<String> expected = IntStream.range(0, 500).mapToObj(i -> "e" + i).toList();
      assertThat(leader.state().contexts())
          .isEqualTo(IntStream.range(0, 500).boxed().map(Object.class::cast).toList());
      for (TestCluster.Member member : cluster.running.values()) {
        assertThat(member.state().entries()).isEqualTo(expected);
        if (member != leader) {
          assertThat(member.state().contexts()).isEmpty();
          assertThatThrownBy(() -> member.group().propose(bytes("x"), null).get())
              .hasCauseInstanceOf(NotProposedException.class);
        }
      }
      assertThat(leader.group().status().role()).isEqualTo("LEADER");
      assertThat(leader.group().status().leader()).isEqualTo(cluster.leader());
      assertThat(leader.group().bytesSinceSnapshot()).isEqualTo(500 * 4 - 110);
    }
  }

  @Test
  void whatWasConfirmedIsThereAfterTheLeaderStops() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      for (int i = 0; i < 20; i++) {
        cluster.propose("e" + i, null);
      }
      int old = cluster.leader();
      long began = System.nanoTime();
      cluster.stop(old);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
      cluster.propose("after", null);
      cluster.awaitSizeEverywhere(21);
      assertThat(cluster.leading().state().entries()).endsWith("e19", "after");
      cluster.start(old);
      cluster.awaitSizeEverywhere(21);
    }
  }

  /** Seen in the chaos suite: a damaged disk, seed 1002. */
  @Test
  void aRefusalIsToldInALine() {
    RaftException refused = new RaftException("to n1: UNAVAILABLE\n\tat x.Y.z(Y.java:1)");
    assertThat(RatisGroup.reason(null, new CompletionException(refused)))
        .isEqualTo("to n1: UNAVAILABLE");
    assertThat(RatisGroup.reason(null, new RaftException(""))).isEmpty();
    assertThat(RatisGroup.reason(null, null)).isEqualTo("the group is closing");
  }

  /**
   * Seen in the chaos suite: a damaged disk, seed 1002. gRPC by itself would try some six times
   * only, waiting longer and longer; who comes back in between is not asked for a vote.
   */
  @Test
  void aPeerThatIsAwayIsTriedAgainWithEachElection() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket own = new ServerSocket(0, 1, loopback);
        ServerSocket away = new ServerSocket(0, 50, loopback)) {
      int port = own.getLocalPort();
      own.close();
      Thread refusing = new Thread(() -> refuse(away, tries));
      refusing.start();
      RatisConfig config =
          RatisConfig.of(
              "test",
              1,
              List.of(
                  new RatisConfig.Peer(1, "127.0.0.1", port),
                  new RatisConfig.Peer(2, "127.0.0.1", away.getLocalPort())),
              Map.of(TestCluster.GROUP, List.of(1, 2)),
              directory);
      try (RatisNode node = RatisNode.create(config, List.of())) {
        node.addGroup(TestCluster.GROUP, new ListState());
        node.start();
        await(Duration.ofSeconds(20), () -> tries.get() > 12);
      }
    }
  }

  private static void refuse(ServerSocket away, AtomicInteger tries) {
    try {
      while (true) {
        away.accept().close();
        tries.incrementAndGet();
      }
    } catch (IOException e) {
      // the test is over
    }
  }

  /**
   * Seen in the chaos suite, seed 3009: with an older copy of its disk a node got nothing before
   * something new was proposed, and was ready all the same.
   */
  @Test
  void aNodeWithAnOlderCopyOfItsDiskCatchesUpAlsoWhenNothingIsProposed() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      for (int i = 0; i < 20; i++) {
        cluster.propose("a" + i, null);
      }
      int damaged = cluster.follower();
      Path disk = directory.resolve("n" + damaged);
      cluster.stop(damaged);
      Trees.copy(disk, directory.resolve("old"));
      cluster.start(damaged);
      for (int i = 0; i < 20; i++) {
        cluster.propose("b" + i, null);
      }
      cluster.awaitSizeEverywhere(40);
      cluster.stop(damaged);
      Directories.delete(disk);
      Trees.copy(directory.resolve("old"), disk);
      cluster.start(damaged);
      cluster.awaitSizeEverywhere(40);
    }
  }

  /**
   * Seen in the chaos suite, seed 4006: a replica had an entry of a leadership of which nobody else
   * knew, and a heartbeat without entries had it committed; it got nothing more until the first
   * snapshot.
   */
  @Test
  void anAppendCommitsOnlyWhatItBrings() {
    AppendEntriesRequestProto heartbeat =
        AppendEntriesRequestProto.newBuilder().setLeaderCommit(0).build();
    assertThat(StreamLogAppender.committingOnlyWhatItBrings(heartbeat).getLeaderCommit())
        .isEqualTo(-1);
    AppendEntriesRequestProto two =
        heartbeat.toBuilder()
            .setLeaderCommit(2)
            .addEntries(LogEntryProto.newBuilder().setIndex(0))
            .addEntries(LogEntryProto.newBuilder().setIndex(1))
            .build();
    assertThat(StreamLogAppender.committingOnlyWhatItBrings(two).getLeaderCommit()).isEqualTo(1);
    AppendEntriesRequestProto later =
        heartbeat.toBuilder()
            .setLeaderCommit(7)
            .setPreviousLog(TermIndexProto.newBuilder().setIndex(7))
            .build();
    assertThat(StreamLogAppender.committingOnlyWhatItBrings(later)).isSameAs(later);
  }

  /** As above: the other two begin anew in later terms, and do not know of the first entry. */
  @Test
  void aFirstEntryThatTheOthersDoNotKnowIsReplaced() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      cluster.propose("a", null);
      cluster.awaitSizeEverywhere(1);
      int late = cluster.follower();
      for (int node : List.of(1, 2, 3)) {
        Path log = cluster.directory(node).resolve("current");
        cluster.stop(node);
        if (node != late) {
          forget(log);
        }
      }
      for (int node : List.of(1, 2, 3)) {
        if (node != late) {
          cluster.start(node);
        }
      }
      for (int i = 0; i < 20; i++) {
        cluster.propose("b" + i, null);
      }
      assertThat(cluster.leading().group().status().term()).isGreaterThan(5);
      cluster.start(late);
      cluster.propose("c", null);
      cluster.awaitSizeEverywhere(21);
    }
  }

  private static void forget(Path log) throws IOException {
    for (Path file : Directories.list(log)) {
      Directories.delete(file);
    }
    java.nio.file.Files.writeString(log.resolve(VoteFiles.VOTE), "term=5\nvotedFor=\n");
  }

  @Test
  void allNodesComeBackFromDisk() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      for (int i = 0; i < 20; i++) {
        cluster.propose("e" + i, null);
      }
      cluster.close();
      cluster.startAll();
      cluster.leader();
      cluster.awaitSizeEverywhere(20);
      cluster.propose("after", "context");
      cluster.awaitSizeEverywhere(21);
    }
  }

  @Test
  void nodesThatNeverSawEachOtherComeTogetherAfterARestart() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 3, List.of(TestCluster.GROUP), l -> l)) {
      cluster.start(1);
      cluster.stop(1);
      cluster.start(2);
      cluster.stop(2);
      cluster.start(1);
      cluster.start(2);
      cluster.propose("e", null);
      cluster.start(3);
      cluster.awaitSizeEverywhere(1);
    }
  }

  @Test
  void aNodeThatWasDownCatchesUpFromASnapshot() throws Exception {
    try (TestCluster cluster =
        new TestCluster(
            directory,
            3,
            List.of(TestCluster.GROUP),
            limits -> limits.withSegment(64 << 10, 16 << 10))) {
      cluster.startAll();
      cluster.propose("first", null);
      int down = cluster.follower();
      cluster.stop(down);
      String filler = "x".repeat(150);
      for (int i = 0; i < 2000; i++) {
        CompletableFuture<Void> proposed = cluster.leading().group().propose(bytes(filler), null);
        if (i % 500 == 499) { // no more than may be pending
          proposed.get(10, TimeUnit.SECONDS);
        }
      }
      cluster.propose("before snapshot", null);
      long before = cluster.leading().group().bytesSinceSnapshot();
      assertThat(before).isGreaterThan(300_000);
      for (TestCluster.Member member : cluster.running.values()) {
        await(() -> member.state().size() == 2002);
        member.group().takeSnapshot();
        await(() -> member.group().bytesSinceSnapshot() == 0);
      }
      // Ratis purges after the snapshot, in its own time.
      await(() -> logBytes(cluster.directory(cluster.leader())) < 200_000);
      cluster.propose("after snapshot", null);

      TestCluster.Member late = cluster.start(down);
      cluster.awaitSizeEverywhere(2003);
      assertThat(late.state().entries()).isEqualTo(cluster.leading().state().entries());
      assertThat(late.state().restores()).isEqualTo(2);

      cluster.close();
      cluster.startAll();
      cluster.propose("after restart", null);
      cluster.awaitSizeEverywhere(2004);
    }
  }

  private static long logBytes(Path group) {
    long sum = 0;
    try {
      for (Path path : Directories.list(group.resolve("current"))) {
        if (path.getFileName().toString().startsWith("log_")) {
          sum += java.nio.file.Files.size(path);
        }
      }
    } catch (IOException e) {
      return Long.MAX_VALUE; // a file that was listed has been purged
    }
    return sum;
  }

  @Test
  void onlyTheLatestTwoSnapshotsAreKept() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 1)) {
      for (int i = 0; i < 4; i++) {
        cluster.propose("e" + i, null);
        TestCluster.Member member = cluster.leading();
        member.group().takeSnapshot();
        await(() -> member.group().bytesSinceSnapshot() == 0);
      }
      Path snapshots = cluster.directory(1).resolve("sm");
      await(
          () -> {
            try {
              return Directories.list(snapshots).size() == 6; // with digests and attached files
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      cluster.close();
      // As after a crash between the attached files and the file that refers to them.
      java.nio.file.Path orphan = snapshots.resolve("files.7_99");
      java.nio.file.Files.createDirectories(orphan);
      java.nio.file.Files.writeString(orphan.resolve("large"), "x");
      cluster.startAll();
      assertThat(orphan).doesNotExist();
      assertThat(cluster.leading().state().entries()).containsExactly("e0", "e1", "e2", "e3");
    }
  }

  @Test
  void leadershipMovesOnRequest() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      cluster.propose("e", null);
      TestCluster.Member old = cluster.leading();
      int target = cluster.follower();
      old.group().transferLeadership(target).get(10, TimeUnit.SECONDS);
      await(() -> old.state().events().contains("lost"));
      await(() -> cluster.leader() == target);
      assertThat(old.group().leaseValid()).isFalse();
      cluster.propose("after", null);
      await(() -> old.state().events().contains("leader " + target));
    }
  }

  /**
   * Seen in the chaos suite, seed 3009: the one that was to lead could not be reached, Ratis's
   * leader was stepping down for ever after, and the shard had nobody to take anything for as long
   * as it was watched.
   */
  @Test
  void aLeadershipThatCannotBeTransferredGoesOn() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      cluster.propose("e", null);
      cluster.awaitSizeEverywhere(1);
      int gone = cluster.follower();
      cluster.stop(gone);
      RatisGroup leader = (RatisGroup) cluster.leading().group();
      assertThatThrownBy(() -> leader.transferLeadership(gone).get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(NotProposedException.class);
      // by now nobody has to wait to learn that there is no connection
      assertThat(leader.services().startLeaderElection(toStand(leader, gone)))
          .extracting(reply -> reply.getServerReply().getSuccess())
          .isEqualTo(false);
      await(() -> proposed(cluster, "after"));
    }
  }

  private static StartLeaderElectionRequestProto toStand(RatisGroup group, int node) {
    return StartLeaderElectionRequestProto.newBuilder()
        .setServerRequest(
            RaftRpcRequestProto.newBuilder()
                .setRequestorId(RatisGroup.peerId(node).toByteString())
                .setReplyId(RatisGroup.peerId(node).toByteString())
                .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group.groupId())))
        .build();
  }

  private static boolean proposed(TestCluster cluster, String text) {
    return cluster
        .leading()
        .group()
        .propose(bytes(text), null)
        .handle((done, failure) -> failure == null)
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
  }

  /**
   * Seen in the chaos suite, seed 3009: while a follower wrote a snapshot a newer one came from the
   * leader; that its own went back ended its group, and so the node.
   */
  @Test
  void aSnapshotThatIsOlderThanTheLatestWhenItIsReadyDoesNotReplaceIt() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 1)) {
      RatisGroup group = (RatisGroup) cluster.leading().group();
      List<GroupSnapshot> taken = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        cluster.propose("e" + i, null);
        group.takeSnapshot();
        await(() -> group.bytesSinceSnapshot() == 0);
        taken.add(group.machine().getLatestSnapshot());
      }
      assertThat(taken.get(0).getIndex()).isLessThan(taken.get(1).getIndex());
      group.machine().finished(taken.get(0));
      assertThat(group.machine().takeSnapshot()).isEqualTo(taken.get(1).getIndex());
      assertThat(group.machine().getLatestSnapshot()).isSameAs(taken.get(1));
    }
  }

  /**
   * Seen in the chaos suite, seed 4028: what is in the making beside a snapshot that was received
   * got its name, and its files were gone when they were to be forced: the node ended.
   */
  @Test
  void whatIsInTheMakingIsNotForcedWithWhatWasReceived() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 1)) {
      cluster.propose("e", null);
      SnapshotStore snapshots =
          ((RatisGroup) cluster.leading().group()).machine().getStateMachineStorage();
      Path temporary = cluster.directory(1).resolve("tmp");
      Path received = temporary.resolve("snapshot-1/sm/snapshot.1_1");
      java.nio.file.Files.createDirectories(received.getParent());
      java.nio.file.Files.writeString(received, "x");
      java.nio.file.Files.createSymbolicLink(snapshots.newFile(), directory.resolve("gone"));
      java.nio.file.Files.createSymbolicLink(snapshots.newAttachments(), directory.resolve("gone"));
      snapshots.forceReceived();
      assertThat(received).exists();
    }
  }

  @Test
  void aReadBarrierOnAFollowerWaitsForAllThatWasCommitted() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      TestCluster.Member follower = cluster.running.get(cluster.follower());
      for (int i = 0; i < 50; i++) {
        cluster.propose("e" + i, null);
        // May be refused just after the start, while the way to the leader is being opened.
        await(() -> barrierPassed(follower));
        assertThat(follower.state().size()).isEqualTo(i + 1);
      }
      cluster.leading().group().readBarrier().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void theLeaseEndsWhenTheFollowersAreGone() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      TestCluster.Member leader = cluster.leading();
      cluster.propose("e", null);
      await(Duration.ofSeconds(2), leader.group()::leaseValid);
      int one = cluster.follower();
      assertThat(leader.group().silenceMs(one)).isLessThan(1000);
      cluster.stop(one);
      int other = cluster.follower();
      await(leader.group()::leaseValid);
      cluster.stop(other);
      await(Duration.ofSeconds(1), () -> !leader.group().leaseValid());
      await(() -> leader.state().events().contains("lost"));
      assertThat(leader.group().silenceMs(one)).isEqualTo(Long.MAX_VALUE);
      assertThatThrownBy(() -> leader.group().propose(bytes("x"), null).get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(NotProposedException.class);
      cluster.start(other);
      cluster.propose("again", null);
    }
  }

  @Test
  void largeEntriesAreReplicatedAndLargerOnesRefused() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      RaftGroup group = cluster.leading().group();
      for (int size : new int[] {1 << 20, 8 << 20, (16 << 20) + 100_000}) {
        group.propose(new byte[size], null).get(20, TimeUnit.SECONDS);
      }
      cluster.awaitSizeEverywhere(3);
      assertThatThrownBy(() -> group.propose(new byte[18 << 20], null).get())
          .hasCauseInstanceOf(NotProposedException.class)
          .hasMessageContaining("exceeds the limit");
      cluster.propose("after", null);
      cluster.awaitSizeEverywhere(4);
      assertThat(cluster.leading().state().events()).doesNotContain("lost");
    }
  }

  @Test
  void aFollowerLearnsOfALoneCommitWellBeforeTheNextHeartbeat() throws Exception {
    try (TestCluster cluster = TestCluster.started(directory, 3)) {
      cluster.propose("warm up", null);
      cluster.awaitSizeEverywhere(1);
      List<Long> millis = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        int size = i + 2;
        cluster.propose("e" + i, null);
        long began = System.nanoTime();
        cluster.leading().group().announceCommit();
        cluster.awaitSizeEverywhere(size);
        millis.add((System.nanoTime() - began) / 1_000_000);
      }
      // A heartbeat is 150 ms away.
      assertThat(millis.stream().sorted().toList().get(10)).isLessThan(50);
    }
  }

  @Test
  void aPortThatIsTakenIsAnOrdinaryError() throws Exception {
    try (TestCluster cluster = new TestCluster(directory, 1, List.of(TestCluster.GROUP), l -> l);
        ServerSocket taken = new ServerSocket()) {
      int port = cluster.config(1).peer(1).port();
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      assertThatThrownBy(() -> cluster.start(1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + port);
    }
  }

  @Test
  void manyGroupsShareANode() throws Exception {
    List<Integer> groups = List.of(RaftGroup.METADATA, 0, 1, 2);
    try (TestCluster cluster = new TestCluster(directory, 3, groups, l -> l)) {
      cluster.startAll();
      for (int id : groups) {
        await(
            () ->
                cluster.running.values().stream()
                    .anyMatch(m -> m.states.get(id).events().contains("ready")));
      }
      cluster.propose("e", null);
    }
  }

  private static boolean barrierPassed(TestCluster.Member member) {
    return member
        .group()
        .readBarrier()
        .handle((passed, failure) -> failure == null)
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
  }
}
