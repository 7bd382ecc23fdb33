package io.quorate.chaos.fault;

import io.quorate.chaos.fault.Fault.Company;
import io.quorate.chaos.fault.Fault.Group;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Disks that fail or are full: the node has to say so and end, and come back when it is repaired.
 */
final class DiskFaults {

  /** The exit code for "the store can no longer be used". */
  private static final int EXIT_DISK = 6;

  /** How long a node may need to notice, with a load that writes all the time. */
  private static final Duration NOTICE_LIMIT = Duration.ofSeconds(20);

  private static final Duration SHORTEST = Duration.ofSeconds(3);
  private static final Duration LONGEST = Duration.ofSeconds(8);

  private DiskFaults() {}

  static List<Fault> all() {
    return List.of(
        fault("disk-io-error", "every write of a node fails", DiskFaults::ioError),
        fault("disk-full", "a node's disk is full", DiskFaults::full));
  }

  private static Fault fault(String name, String description, Fault.Aim aim) {
    return new Fault(
        name,
        Group.DISK,
        description,
        Set.of(Capability.DISK),
        SHORTEST,
        LONGEST,
        Company.ALONE,
        aim);
  }

  private static Harm ioError(FaultContext context) {
    int node = context.leaderOrAny();
    ClusterUnderTest cluster = context.cluster();
    return Harm.during(
        "node " + node,
        () -> cluster.disks().failWrites(node),
        hold -> {
          awaitEnd(context, node, "its disk fails");
          hold.toTheEnd();
        },
        () -> {
          cluster.disks().repair(node);
          cluster.start(node);
        });
  }

  private static Harm full(FaultContext context) {
    int node = context.leaderOrAny();
    ClusterUnderTest cluster = context.cluster();
    return Harm.during(
        "node " + node,
        () -> cluster.disks().fillUp(node),
        hold -> {
          awaitNotice(context, node);
          if (cluster.isRunning(node)) {
            // What was preallocated lasts for a while: then nothing has to happen.
            throw new NotNow("node " + node + " goes on with the room that it has");
          }
          checkExit(context, node, "its disk is full");
          hold.toTheEnd();
        },
        () -> {
          cluster.disks().repair(node);
          cluster.start(node);
        });
  }

  /** With some more to write: a slow load may be content with what was preallocated. */
  private static void awaitNotice(FaultContext context, int node) {
    ClusterUnderTest cluster = context.cluster();
    Hold alone = new Hold(NOTICE_LIMIT.dividedBy(4));
    awaitEnd(cluster, node, alone);
    if (cluster.isRunning(node)) {
      LogFiller.fill(cluster, context.pick(cluster.nodesExcept(node)));
      awaitEnd(cluster, node, new Hold(NOTICE_LIMIT));
    }
  }

  private static void awaitEnd(ClusterUnderTest cluster, int node, Hold limit) {
    while (cluster.isRunning(node) && !limit.isOver()) {
      limit.rest(Duration.ofMillis(100));
    }
  }

  private static void awaitEnd(FaultContext context, int node, String why) {
    awaitEnd(context.cluster(), node, new Hold(NOTICE_LIMIT));
    if (context.cluster().isRunning(node)) {
      context
          .remarks()
          .misbehaviour(
              "node " + node + " still runs " + NOTICE_LIMIT.toSeconds() + " s after " + why);
    } else {
      checkExit(context, node, why);
    }
  }

  /**
   * What it ended with.
   *
   * @throws NotNow if nobody knows: then nothing was shown
   */
  private static void checkExit(FaultContext context, int node, String why) {
    OptionalInt code = context.cluster().exitCode(node);
    if (code.isEmpty()) {
      throw new NotNow("nobody knows what node " + node + " ended with, since " + why);
    }
    if (code.getAsInt() != EXIT_DISK) {
      context
          .remarks()
          .misbehaviour(
              "node %d ended with %d, not %d, since %s"
                  .formatted(node, code.getAsInt(), EXIT_DISK, why));
    } else {
      context.remarks().say("node " + node + " ended as it should, since " + why);
    }
  }
}
