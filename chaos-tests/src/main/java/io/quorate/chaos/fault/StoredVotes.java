package io.quorate.chaos.fault;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.sut.Figures;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What nodes have on disk of their terms and votes. Written into the history before and after a
 * loss of power: neither may go back.
 */
final class StoredVotes {

  private static final String METADATA_GROUP = "metadata";
  private static final int METADATA_ID = -1;

  private StoredVotes() {}

  /** Records them for all groups of the nodes given. */
  static void record(FaultContext context, List<Integer> nodes) {
    TreeSet<String> groups = new TreeSet<>();
    for (int node : context.cluster().nodes()) {
      Figures figures = context.cluster().figures(node);
      groups.addAll(figures.groups().keySet());
    }
    for (int node : nodes) {
      for (String group : groups) {
        record(context, node, group);
      }
    }
  }

  private static void record(FaultContext context, int node, String group) {
    Path file = file(context.cluster().data(node), group);
    Properties stored = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      stored.load(in);
    } catch (IOException | IllegalArgumentException e) {
      context.remarks().say("node " + node + " has no vote of group " + group + ": " + e);
      return;
    }
    context.record(
        Event.of(EventType.OK, Kind.REPLICA, 0)
            .by("disk", node, 0)
            .on(group)
            .count(Long.parseLong(stored.getProperty("term", "0")))
            .detail("vote " + stored.getProperty("votedFor", "")));
  }

  /** The name of a group's directory comes from the cluster's name and the group's number. */
  private static Path file(Path data, String group) {
    int id = group.equals(METADATA_GROUP) ? METADATA_ID : Integer.parseInt(group);
    UUID directory =
        UUID.nameUUIDFromBytes(("quorate/chaos/" + id).getBytes(StandardCharsets.UTF_8));
    return data.resolve(NodeFiles.RAFT).resolve(directory.toString()).resolve("current/raft-meta");
  }
}
