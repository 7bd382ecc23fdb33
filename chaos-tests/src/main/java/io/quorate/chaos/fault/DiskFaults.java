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
    long left = context.between(0, 4096) * 1024L;
    ClusterUnderTest cluster = context.cluster();
    return Harm.during(
        "node " + node,
        () -> {
          context.remarks().say(left + " bytes left free");
          cluster.disks().fill(node, left);
        },
        hold -> {
          hold.toTheEnd();
          // What was preallocated may last for longer: then nothing has to happen.
          if (!cluster.isRunning(node)) {
            checkExit(context, node, "its disk is full");
          }
        },
        () -> {
          cluster.disks().repair(node);
          if (!cluster.isRunning(node)) {
            checkExit(context, node, "its disk is full");
            cluster.start(node);
          }
        });
  }

  private static void awaitEnd(FaultContext context, int node, String why) {
    ClusterUnderTest cluster = context.cluster();
    Hold limit = new Hold(NOTICE_LIMIT);
    while (cluster.isRunning(node) && !limit.isOver()) {
      limit.rest(Duration.ofMillis(100));
    }
    if (cluster.isRunning(node)) {
      context
          .remarks()
          .misbehaviour(
              "node " + node + " still runs " + NOTICE_LIMIT.toSeconds() + " s after " + why);
    } else {
      checkExit(context, node, why);
    }
  }

  private static void checkExit(FaultContext context, int node, String why) {
    OptionalInt code = context.cluster().exitCode(node);
    if (code.isPresent() && code.getAsInt() != EXIT_DISK) {
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
