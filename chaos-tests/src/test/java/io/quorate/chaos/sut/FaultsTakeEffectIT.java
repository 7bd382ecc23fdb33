package io.quorate.chaos.sut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.quorate.chaos.cluster.Await;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A harness whose faults do nothing finds nothing: each control has to show in what a node or a
 * client sees. On processes in network namespaces; skipped, with the reason, where these cannot be
 * made.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsTakeEffectIT {

  private static final String QUEUE = "effects";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Provider provider = Providers.named("processes");
  private ClusterUnderTest cluster;

  @BeforeAll
  void startCluster() {
    Map<Capability, String> impossible = provider.impossible();
    assumeTrue(
        !impossible.containsKey(Capability.NETWORK), () -> "not on this machine: " + impossible);
    cluster = provider.start(ClusterSpec.named("effects", EnumSet.allOf(Capability.class)));
  }

  @AfterAll
  void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private void requires(Capability capability) {
    assumeTrue(
        cluster.capabilities().contains(capability),
        () -> "not on this machine: " + cluster.impossible().get(capability));
  }

  private int leader() {
    int[] leader = new int[1];
    Await.until(
        "a leader",
        LIMIT,
        () -> {
          Figures.Group group = cluster.figures(1).groups().get("0");
          leader[0] = group == null ? 0 : group.leader();
          return leader[0] != 0;
        });
    return leader[0];
  }

  /** How long a node takes to confirm messages. */
  private Duration confirm(int node, int bytes) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(cluster.amqpUri(node));
    factory.setAutomaticRecoveryEnabled(false);
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare(QUEUE, true, false, false, Map.of());
      channel.confirmSelect();
      long begin = System.nanoTime();
      channel.basicPublish("", QUEUE, MessageProperties.PERSISTENT_BASIC, new byte[bytes]);
      channel.waitForConfirmsOrDie(30_000);
      return Duration.ofNanos(System.nanoTime() - begin);
    }
  }

  private void awaitWell() {
    cluster.awaitReady();
    Await.until("a publish works again", LIMIT, () -> confirm(1, 10).toMillis() >= 0);
  }

  @Test
  void aKilledNodeIsGoneAndComesBack() {
    cluster.kill(2);
    assertThat(cluster.isRunning(2)).isFalse();
    assertThat(cluster.exitCode(2)).isEqualTo(OptionalInt.of(137));
    cluster.start(2);
    awaitWell();
  }

  @Test
  void aFrozenNodeRunsButDoesNotAnswer() {
    cluster.pause(3);
    assertThat(cluster.isReady(3)).isFalse();
    assertThat(cluster.isRunning(3)).isTrue();
    cluster.resume(3);
    awaitWell();
  }

  @Test
  void whoIsCutOffIsReplacedAsLeader() {
    int leader = leader();
    List<Integer> others = cluster.nodesExcept(leader);
    for (int other : others) {
      cluster.network().drop(leader, other);
      cluster.network().drop(other, leader);
    }
    Await.until(
        "another leader",
        LIMIT,
        () -> {
          int now = cluster.figures(others.get(0)).groups().get("0").leader();
          return now != 0 && now != leader;
        });
    assertThat(cluster.figures(leader).reached()).as("reached by clients").isTrue();
    cluster.network().heal();
    awaitWell();
  }

  @Test
  void anUnpluggedNodeIsOutOfReach() {
    cluster.network().unplug(2);
    assertThat(cluster.figures(2).reached()).isFalse();
    cluster.network().plug(2);
    awaitWell();
  }

  @Test
  void bandwidthIsLimited() throws Exception {
    int leader = leader();
    cluster.network().limitBandwidth(leader, 8000);
    // Half of 256 KiB at 8,000 kbit/s take 130 ms, and all of them go to at least one follower. A
    // single message may not take longer than followers wait for their leader.
    assertThat(confirm(leader, 256 << 10)).isGreaterThan(Duration.ofMillis(130));
    cluster.network().heal();
    awaitWell();
  }

  @Test
  void delaysAddUp() throws Exception {
    requires(Capability.PROXY);
    for (int from : cluster.nodes()) {
      for (int to : cluster.nodesExcept(from)) {
        cluster.network().delay(from, to, Duration.ofMillis(60), Duration.ZERO);
      }
    }
    assertThat(confirm(leader(), 10)).isGreaterThan(Duration.ofMillis(60));
    cluster.network().heal();
    awaitWell();
  }

  @Test
  void onlyWhatIsForcedSurvivesALossOfPower() throws Exception {
    requires(Capability.DISK);
    Path disk = cluster.data(2).getParent();
    Path forced = disk.resolve("forced");
    try (FileChannel file =
            FileChannel.open(forced, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileChannel directory = FileChannel.open(disk)) {
      file.force(true);
      directory.force(true);
    }
    cluster.pause(1, 2, 3); // Nobody else forces the journal out.
    Path unforced = Files.writeString(disk.resolve("unforced"), "not forced");
    cluster.disks().cutPower(1, 2, 3);
    assertThat(forced).exists();
    assertThat(unforced).doesNotExist();
    assertThat(cluster.isRunning(2)).isFalse();
    cluster.start(1, 2, 3);
    awaitWell();
  }

  @Test
  void aDiskCanBeFilledAndFail() throws Exception {
    requires(Capability.DISK);
    cluster.disks().fill(3, 4 << 20);
    Path disk = cluster.data(3).getParent();
    assertThat(Files.getFileStore(disk).getUsableSpace()).isLessThan(8 << 20);
    cluster.disks().repair(3);
    assertThat(Files.getFileStore(disk).getUsableSpace()).isGreaterThan(64 << 20);

    cluster.disks().failWrites(3);
    assertThat(Files.isWritable(disk) && canWrite(disk)).isFalse();
    cluster.disks().repair(3);
    cluster.start(3);
    awaitWell();
    assertThat(canWrite(disk)).isTrue();
  }

  @Test
  void aDiskCanBeFilledToItsLastByte() throws Exception {
    requires(Capability.DISK);
    cluster.kill(3); // It would end by itself, sooner or later.
    cluster.disks().fillUp(3);
    Path disk = cluster.data(3).getParent();
    assertThat(canWrite(disk)).isFalse();
    cluster.disks().repair(3);
    cluster.start(3);
    awaitWell();
    assertThat(canWrite(disk)).isTrue();
  }

  private static boolean canWrite(Path disk) {
    try {
      Files.writeString(disk.resolve("probe"), "x");
      return true;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void aClockCanBeMoved() throws Exception {
    requires(Capability.CLOCK);
    for (int hours : List.of(2, -2)) {
      int linesBefore = Files.readAllLines(cluster.log(1)).size();
      cluster.setClock(1, hours * 3600L);
      cluster.kill(2); // The others log that it is gone and back.
      Await.pause(Duration.ofSeconds(8)); // Timed waits of the moved one have to end in time.
      assertThat(confirm(1, 10)).as("at the moved node").isLessThan(Duration.ofSeconds(5));
      cluster.start(2);
      awaitWell();
      List<String> lines = Files.readAllLines(cluster.log(1));
      assertThat(lines).hasSizeGreaterThan(linesBefore);
      String last = lines.get(lines.size() - 1);
      assertThat(
              Duration.between(
                  LocalDateTime.now(),
                  LocalDateTime.parse(last.substring(0, 19).replace(' ', 'T'))))
          .as("how far the last line of the log is off: %s", last)
          .isBetween(Duration.ofMinutes(hours * 60 - 5), Duration.ofMinutes(hours * 60 + 5));
    }
    cluster.setClock(1, 0);
  }
}
