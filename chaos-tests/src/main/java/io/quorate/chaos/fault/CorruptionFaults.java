package io.quorate.chaos.fault;

import io.quorate.chaos.fault.Fault.Company;
import io.quorate.chaos.fault.Fault.Group;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Storage that says something else than what was written to it, on one node. Raft cannot bear that
 * a node forgets what only it and one other know: so the node is dead while its storage is damaged,
 * and the others know everything before it comes back. It may refuse to start; then it is replaced
 * by one with an empty disk, as an operator would. What it must not do: serve what is wrong, or
 * hang.
 */
final class CorruptionFaults {

  private static final Duration START_LIMIT = Duration.ofSeconds(120);
  private static final int FLIPPED_BYTES = 8;
  private static final int FILLS = 3;

  private CorruptionFaults() {}

  private interface Damage {
    void to(FaultContext context, Path data) throws IOException;
  }

  static List<Fault> all() {
    return List.of(
        fault("corrupt-log", "bits of a node's log flip", flip(NodeFiles::isLog, "log")),
        fault(
            "corrupt-log-truncated",
            "the end of a node's log is missing",
            (context, data) ->
                NodeFiles.truncate(
                    choose(context, data, NodeFiles::isOpenLog, "open log"), context.random())),
        fault(
            "corrupt-vote",
            "a node's stored vote is garbage",
            (context, data) ->
                Files.write(
                    choose(context, data, NodeFiles::isVote, "vote"),
                    "term=\\u00zz\n\0\0\0".getBytes(StandardCharsets.ISO_8859_1))),
        fault(
            "corrupt-snapshot",
            "bits of a node's snapshot flip",
            CorruptionFaults::untilThereIsASnapshot,
            flip(NodeFiles::isSnapshot, "snapshot")),
        new Fault(
            "corrupt-pages",
            Group.CORRUPTION,
            "bits of a node's paged messages flip while it runs: they are swap, gone with it",
            Set.of(Capability.FILES),
            Duration.ofSeconds(3),
            Duration.ofSeconds(8),
            Company.ALONE,
            CorruptionFaults::pages),
        new Fault(
            "corrupt-old-copy",
            Group.CORRUPTION,
            "a node comes back with an older copy of all it had stored",
            Set.of(Capability.FILES),
            Duration.ofSeconds(4),
            Duration.ofSeconds(10),
            Company.ALONE,
            CorruptionFaults::oldCopy));
  }

  private static Fault fault(String name, String description, Damage damage) {
    return fault(name, description, (context, node) -> {}, damage);
  }

  /** What has to be there to be damaged. */
  private interface Preparation {
    void of(FaultContext context, int node);
  }

  /** A slow load may not have made one yet. */
  private static void untilThereIsASnapshot(FaultContext context, int node) {
    Path data = context.cluster().data(node);
    for (int i = 0; i < FILLS && NodeFiles.find(data, NodeFiles::isSnapshot).isEmpty(); i++) {
      LogFiller.fill(context.cluster(), node);
    }
  }

  private static Fault fault(
      String name, String description, Preparation preparation, Damage damage) {
    return new Fault(
        name,
        Group.CORRUPTION,
        description,
        Set.of(Capability.FILES),
        Duration.ofSeconds(3),
        Duration.ofSeconds(8),
        Company.ALONE,
        context -> {
          int node = context.leaderOrAny();
          Damaged damaged = new Damaged();
          return Harm.during(
              FaultContext.nodes(List.of(node)),
              () -> {
                preparation.of(context, node);
                damage(context, node, damage, damaged);
              },
              hold -> {
                hold.toTheEnd();
                awaitReadyOrEnd(context, node);
              },
              () -> replaceIfNeeded(context, node, damaged));
        });
  }

  /**
   * Whether anything was damaged. If not, the node has what the others may need: it is not replaced
   * however long it takes to start.
   */
  private static final class Damaged {
    private boolean done;
  }

  private static Harm pages(FaultContext context) {
    ClusterUnderTest cluster = context.cluster();
    int node =
        context.shuffledNodes().stream()
            .filter(one -> !NodeFiles.find(cluster.data(one), NodeFiles::isPage).isEmpty())
            .findFirst()
            .orElseGet(context::anyNode);
    return Harm.of(
        FaultContext.nodes(List.of(node)),
        () -> {
          try {
            flip(NodeFiles::isPage, "page file").to(context, cluster.data(node));
          } catch (IOException e) {
            throw new NotNow("the page file is gone: " + e.getMessage());
          }
        },
        () -> {
          if (!cluster.isRunning(node)) {
            context.remarks().say("node " + node + " ended: " + cluster.exitCode(node));
          }
          cluster.start(node);
        });
  }

  private static Damage flip(Predicate<Path> wanted, String what) {
    return (context, data) ->
        NodeFiles.flipBits(choose(context, data, wanted, what), context.random(), FLIPPED_BYTES);
  }

  private static Path choose(FaultContext context, Path data, Predicate<Path> wanted, String what) {
    List<Path> files = NodeFiles.find(data, wanted);
    if (files.isEmpty()) {
      throw new NotNow("the node has no " + what + " now");
    }
    Path file = files.get(context.random().nextInt(files.size()));
    context.remarks().say("damages " + data.relativize(file));
    return file;
  }

  private static void damage(FaultContext context, int node, Damage damage, Damaged damaged) {
    ClusterUnderTest cluster = context.cluster();
    cluster.kill(node);
    try {
      Knowledge.awaitOthersKnowAll(context.cluster(), node);
      damage.to(context, cluster.data(node));
      damaged.done = true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      cluster.start(node);
    }
  }

  private static Harm oldCopy(FaultContext context) {
    int node = context.leaderOrAny();
    ClusterUnderTest cluster = context.cluster();
    Path data = cluster.data(node);
    Path copy = data.resolveSibling("old-copy");
    Damaged damaged = new Damaged();
    return Harm.during(
        FaultContext.nodes(List.of(node)),
        () -> {
          cluster.kill(node);
          NodeFiles.deleteTree(copy);
          NodeFiles.copyTree(data, copy);
          cluster.start(node);
        },
        hold -> {
          hold.toTheEnd();
          damage(context, node, (same, old) -> NodeFiles.replace(old, copy), damaged);
          awaitReadyOrEnd(context, node);
        },
        () -> {
          NodeFiles.deleteTree(copy);
          replaceIfNeeded(context, node, damaged);
        });
  }

  private static void awaitReadyOrEnd(FaultContext context, int node) {
    ClusterUnderTest cluster = context.cluster();
    Hold limit = new Hold(START_LIMIT);
    while (!limit.isOver()) {
      if (!cluster.isRunning(node)) {
        OptionalInt code = cluster.exitCode(node);
        context
            .remarks()
            .say("node " + node + " refuses to run" + (code.isPresent() ? ": " + code : ""));
        return;
      }
      if (cluster.isReady(node)) {
        context.remarks().say("node " + node + " runs with its damaged storage");
        return;
      }
      limit.rest(Duration.ofMillis(200));
    }
    context
        .remarks()
        .misbehaviour(
            "node %d is neither ready nor has it ended %d s after its start with damaged storage"
                .formatted(node, START_LIMIT.toSeconds()));
  }

  private static void replaceIfNeeded(FaultContext context, int node, Damaged damaged) {
    ClusterUnderTest cluster = context.cluster();
    if (!damaged.done) {
      cluster.start(node);
      return;
    }
    if (cluster.isRunning(node) && cluster.isReady(node)) {
      return;
    }
    cluster.kill(node);
    NodeFiles.deleteTree(cluster.data(node));
    context.remarks().say("node " + node + " begins with an empty disk");
    cluster.start(node);
    // until then its vote does not count, and no other node may be taken away
    if (!Knowledge.awaitCaughtUp(cluster, node, START_LIMIT)) {
      context
          .remarks()
          .misbehaviour(
              "node %d began with an empty disk and has not caught up after %d s"
                  .formatted(node, START_LIMIT.toSeconds()));
    }
  }
}
