package io.quorate.admin.cli;

import io.quorate.admin.v1.ListShardsRequest;
import io.quorate.admin.v1.ListShardsResponse;
import io.quorate.admin.v1.Replica;
import io.quorate.admin.v1.Shard;
import io.quorate.admin.v1.ShardServiceGrpc;
import io.quorate.admin.v1.TransferLeaderRequest;
import io.quorate.admin.v1.TransferLeaderResponse;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code quorate shard …} */
@Command(name = "shard", description = "Shards, the Raft groups that hold the queues.")
final class ShardCommand implements Runnable {

  private static final int METADATA = -1;
  private static final String METADATA_NAME = "metadata";

  @ParentCommand
  @SuppressWarnings("NullAway.Init")
  private Quorate root;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "no command given; the commands are list and transfer-leader");
  }

  @Command(
      name = "list",
      description = {
        "Who leads each shard and how far each replica is.",
        "",
        "REPLICAS shows node:applied, the Raft log index up to which that node's replica has applied"
            + " entries, or node:down. COMMIT is the index up to which a majority has them on disk."
            + " The group 'metadata' holds the definitions."
      })
  void list() {
    root.print(
        (channel, ms) ->
            ShardServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ms, TimeUnit.MILLISECONDS)
                .listShards(ListShardsRequest.getDefaultInstance()),
        answer -> out -> print(answer, out));
  }

  @Command(
      name = "transfer-leader",
      description = {
        "Hand the leadership of a shard to the replica on another node.",
        "",
        "Nothing is lost and clients go on after a short pause. Done twice, it does no more than done"
            + " once."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  quorate shard transfer-leader 0 2",
        "  quorate shard transfer-leader metadata 3"
      })
  void transferLeader(
      @Parameters(
              paramLabel = "SHARD",
              description = "Number of the shard, or 'metadata' for the metadata group.")
          String shard,
      @Parameters(
              paramLabel = "NODE",
              description = "Number of the node that is to lead; it must hold a replica.")
          int node) {
    TransferLeaderRequest request =
        TransferLeaderRequest.newBuilder().setShard(number(shard)).setNode(node).build();
    root.print(
        (channel, ms) ->
            ShardServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ms, TimeUnit.MILLISECONDS)
                .transferLeader(request),
        answer -> out -> print(answer, out));
  }

  /** What a person calls a group. */
  static String name(int id) {
    return id == METADATA ? METADATA_NAME : Integer.toString(id);
  }

  /** The replicas of a group in a table of their own. */
  static Table replicas(List<Replica> replicas) {
    Table table =
        new Table().right("NODE").left("ROLE").right("TERM").right("COMMIT").right("APPLIED");
    for (Replica replica : replicas) {
      if (replica.getReachable()) {
        table.row(
            replica.getNode(),
            ProtoJson.enumName(replica.getRole().getValueDescriptor()),
            replica.getTerm(),
            replica.getCommitIndex(),
            replica.getAppliedIndex());
      } else {
        table.row(replica.getNode(), "down", "-", "-", "-");
      }
    }
    return table;
  }

  private int number(String shard) {
    if (shard.equals(METADATA_NAME)) {
      return METADATA;
    }
    try {
      int number = Integer.parseInt(shard);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // refused below, together with the negative numbers
    }
    throw new ParameterException(
        spec.commandLine(),
        "'" + shard + "' is no shard; write its number, 0 or more, or " + METADATA_NAME);
  }

  private static void print(ListShardsResponse answer, PrintWriter out) {
    Table table =
        new Table().right("SHARD").right("LEADER").right("TERM").right("COMMIT").left("REPLICAS");
    for (Shard shard : answer.getShardsList()) {
      table.row(
          name(shard.getId()),
          shard.hasLeader() ? shard.getLeader() : "none",
          shard.getTerm(),
          shard.getCommitIndex(),
          shard.getReplicasList().stream()
              .map(ShardCommand::progress)
              .collect(Collectors.joining("  ")));
    }
    table.print(out);
  }

  private static String progress(Replica replica) {
    return replica.getNode()
        + ":"
        + (replica.getReachable() ? Long.toString(replica.getAppliedIndex()) : "down");
  }

  private static void print(TransferLeaderResponse answer, PrintWriter out) {
    String name =
        answer.getShard() == METADATA ? "the metadata group" : "shard " + answer.getShard();
    if (!answer.getChanged()) {
      out.printf("node %d leads %s already%n", answer.getLeader(), name);
    } else {
      out.printf(
          "node %d leads %s now (before: node %d)%n",
          answer.getLeader(), name, answer.getPreviousLeader());
    }
  }
}
