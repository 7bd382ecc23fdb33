package io.quorate.chaos.cluster;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The command line {@code quorate} of the distribution.
 *
 * @param program {@code bin/quorate}
 * @param endpoints the admin addresses to ask, with commas between them
 */
public record Admin(Path program, String endpoints) {

  /** Runs {@code quorate ARGUMENTS...}. */
  public Command.Result run(String... arguments) {
    List<String> line = new ArrayList<>(List.of(program.toString(), "--endpoint", endpoints));
    line.addAll(List.of(arguments));
    return Command.of(line).withTimeout(Duration.ofSeconds(60)).run();
  }

  /** Runs {@code quorate ARGUMENTS... --output json} and reads what it prints. */
  public JsonObject json(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--output", "json"));
    Command.Result result = run(all.toArray(String[]::new));
    if (result.exitCode() != 0) {
      throw new AssertionError(
          "quorate " + all + " ended with " + result.exitCode() + "\n" + result.output());
    }
    return JsonParser.parseString(result.out()).getAsJsonObject();
  }

  /** What {@code quorate queue show} says about a queue of the virtual host {@code /}. */
  public QueueView queue(String name) {
    JsonObject answer = json("queue", "show", name);
    JsonObject queue = answer.getAsJsonObject("queue");
    JsonObject stats = queue.get("stats").isJsonNull() ? null : queue.getAsJsonObject("stats");
    List<ReplicaView> replicas = new ArrayList<>();
    for (JsonElement element : answer.getAsJsonArray("replicas")) {
      replicas.add(ReplicaView.read(element.getAsJsonObject()));
    }
    return new QueueView(
        optionalInt(queue, "shard"),
        optionalInt(queue, "leader"),
        stats == null ? -1 : stats.get("ready").getAsLong(),
        stats == null ? -1 : stats.get("unacked").getAsLong(),
        replicas);
  }

  private static OptionalInt optionalInt(JsonObject object, String field) {
    return object.get(field).isJsonNull()
        ? OptionalInt.empty()
        : OptionalInt.of(object.get(field).getAsInt());
  }

  /**
   * A queue; {@code ready} and {@code unacked} are -1 if its leader did not answer.
   *
   * @param shard the shard that holds it
   * @param leader the node that leads the shard
   */
  public record QueueView(
      OptionalInt shard, OptionalInt leader, long ready, long unacked, List<ReplicaView> replicas) {

    /** True if it holds nothing and all its replicas have applied the same. */
    public boolean isDrained() {
      return ready == 0 && unacked == 0 && replicasAgree();
    }

    /** True if all replicas answer and have applied the same entries, all that are committed. */
    public boolean replicasAgree() {
      return !replicas.isEmpty()
          && replicas.stream().allMatch(ReplicaView::reachable)
          && replicas.stream().mapToLong(ReplicaView::applied).distinct().count() == 1;
    }

    public ReplicaView replica(int node) {
      return replicas.stream()
          .filter(replica -> replica.node() == node)
          .findFirst()
          .orElseThrow(() -> new AssertionError("no replica on node " + node + ": " + this));
    }
  }

  /** A replica of a shard; indexes are -1 if it does not answer. */
  public record ReplicaView(int node, boolean reachable, String role, long commit, long applied) {

    static ReplicaView read(JsonObject json) {
      return new ReplicaView(
          json.get("node").getAsInt(),
          json.get("reachable").getAsBoolean(),
          json.get("role").getAsString(),
          index(json.get("commit_index")),
          index(json.get("applied_index")));
    }

    private static long index(JsonElement value) {
      return value.isJsonNull() ? -1 : value.getAsLong();
    }
  }
}
