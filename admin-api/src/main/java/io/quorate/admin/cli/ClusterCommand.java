package io.quorate.admin.cli;

import io.quorate.admin.v1.ClusterServiceGrpc;
import io.quorate.admin.v1.GetStatusRequest;
import io.quorate.admin.v1.GetStatusResponse;
import io.quorate.admin.v1.Node;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code quorate cluster …} */
@Command(name = "cluster", description = "The cluster as a whole: its nodes and its health.")
final class ClusterCommand implements Runnable {

  @ParentCommand
  @SuppressWarnings("NullAway.Init")
  private Quorate root;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given; it is cluster status");
  }

  @Command(
      name = "status",
      description = {
        "Nodes, leaders and what is wrong, if anything is.",
        "",
        "Health is ok; degraded (everything works, but a node or replica is down); or unavailable (a"
            + " group has no leader or no majority, what it holds waits)."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  quorate cluster status", "  quorate cluster status --output json | jq .health"})
  void status() {
    root.print(
        (channel, ms) ->
            ClusterServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ms, TimeUnit.MILLISECONDS)
                .getStatus(GetStatusRequest.getDefaultInstance()),
        answer -> out -> print(answer, out));
  }

  private static void print(GetStatusResponse status, PrintWriter out) {
    out.printf("Health:  %s%n", ProtoJson.enumName(status.getHealth().getValueDescriptor()));
    status.getProblemsList().forEach(text -> out.println("         - " + Table.printable(text)));
    out.printf("Shards:  %d of %d available%n", status.getShardsAvailable(), status.getShards());
    out.printf("Queues:  %d%n", status.getQueues());
    out.printf("Seen by: node %d, version %s%n", status.getAnsweredBy(), status.getVersion());
    out.println();
    Table table = new Table().right("NODE").left("ADDRESS").left("STATE").left("LEADS");
    for (Node node : status.getNodesList()) {
      table.row(
          node.getId(),
          node.getHost() + ":" + node.getRaftPort(),
          node.getReachable() ? "up" : "down",
          node.getLeadsCount() == 0
              ? "-"
              : node.getLeadsList().stream()
                  .map(ShardCommand::name)
                  .collect(Collectors.joining(", ")));
    }
    table.print(out);
  }
}
