package io.quorate.admin.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.admin.v1.GetQueueRequest;
import io.quorate.admin.v1.GetQueueResponse;
import io.quorate.admin.v1.ListQueuesRequest;
import io.quorate.admin.v1.ListQueuesResponse;
import io.quorate.admin.v1.Queue;
import io.quorate.admin.v1.QueueServiceGrpc;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code quorate queue …} */
@Command(name = "queue", description = "Queues: what they hold and where they live.")
final class QueueCommand implements Runnable {

  private static final int PAGE = 1000;
  private static final int MAX_LIMIT = 1_000_000;

  @ParentCommand
  @SuppressWarnings("NullAway.Init")
  private Quorate root;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "no command given; the commands are list and show");
  }

  @Command(
      name = "list",
      description = {
        "Queues in order of virtual host and name, with their figures.",
        "",
        "READY messages wait for a consumer, UNACKED ones are out with consumers. LEADER is the node"
            + " that serves the queue. A dash stands for what its leader did not answer in time."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  quorate queue list",
        "  quorate queue list --vhost / --match 'orders.*'",
        "  quorate queue list --output json | jq '.queues[].name'"
      })
  void list(
      @Option(
              names = "--vhost",
              paramLabel = "NAME",
              defaultValue = "",
              description = "Only queues of this virtual host (default: of all).")
          String vhost,
      @Option(
              names = "--match",
              paramLabel = "PATTERN",
              defaultValue = "",
              description =
                  "Only names that match as a whole: * is any characters, ? exactly one, \\ takes the"
                      + " next character literally.")
          String match,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "10000",
              description = "List at most so many (default: ${DEFAULT-VALUE}).")
          int limit) {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new ParameterException(
          spec.commandLine(), "--limit is " + limit + "; it must be 1 to " + MAX_LIMIT);
    }
    List<Queue> queues = new ArrayList<>();
    String token = "";
    try (AdminClient client = root.connect()) {
      do {
        ListQueuesRequest request =
            ListQueuesRequest.newBuilder()
                .setPageSize(Math.min(PAGE, limit - queues.size()))
                .setPageToken(token)
                .setVhost(vhost)
                .setNamePattern(match)
                .build();
        ListQueuesResponse page =
            client.call(
                (channel, ms) ->
                    QueueServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(ms, TimeUnit.MILLISECONDS)
                        .listQueues(request));
        queues.addAll(page.getQueuesList());
        token = page.getNextPageToken();
      } while (!token.isEmpty() && queues.size() < limit);
    }
    boolean truncated = !token.isEmpty();
    root.print(out -> table(queues).print(out), () -> json(queues, truncated));
    if (truncated) {
      root.remark("there are more queues than the " + limit + " shown; raise --limit");
    }
  }

  @Command(
      name = "show",
      description = {"One queue: its figures, its leader, and how far each replica is."},
      footerHeading = "%nExamples:%n",
      footer = {"  quorate queue show orders", "  quorate queue show orders --vhost shop"})
  void show(
      @Parameters(paramLabel = "NAME", description = "The queue's name.") String name,
      @Option(
              names = "--vhost",
              paramLabel = "NAME",
              defaultValue = "/",
              description = "Its virtual host (default: ${DEFAULT-VALUE}).")
          String vhost) {
    GetQueueRequest request = GetQueueRequest.newBuilder().setVhost(vhost).setName(name).build();
    root.print(
        (channel, ms) ->
            QueueServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ms, TimeUnit.MILLISECONDS)
                .getQueue(request),
        answer -> out -> print(answer, out));
  }

  private static JsonObject json(List<Queue> queues, boolean truncated) {
    JsonArray array = new JsonArray(queues.size());
    queues.forEach(queue -> array.add(ProtoJson.toJson(queue)));
    JsonObject object = new JsonObject();
    object.add("queues", array);
    object.addProperty("truncated", truncated);
    return object;
  }

  private static Table table(List<Queue> queues) {
    Table table =
        new Table()
            .left("VHOST")
            .left("NAME")
            .right("READY")
            .right("UNACKED")
            .right("CONSUMERS")
            .right("BYTES")
            .right("SHARD")
            .right("LEADER");
    for (Queue queue : queues) {
      boolean known = queue.hasStats();
      table.row(
          queue.getVhost(),
          queue.getName(),
          known ? queue.getStats().getReady() : "-",
          known ? queue.getStats().getUnacked() : "-",
          known ? queue.getStats().getConsumers() : "-",
          known ? queue.getStats().getBytes() : "-",
          queue.hasShard() ? queue.getShard() : "local",
          queue.hasLeader() ? queue.getLeader() : "none");
    }
    return table;
  }

  private static void print(GetQueueResponse answer, PrintWriter out) {
    Queue queue = answer.getQueue();
    out.println("Queue:     " + Table.printable(queue.getName()));
    out.println("Vhost:     " + Table.printable(queue.getVhost()));
    out.println("Kind:      " + kind(queue));
    if (queue.hasStats()) {
      out.println("Ready:     " + queue.getStats().getReady());
      out.println("Unacked:   " + queue.getStats().getUnacked());
      out.println("Consumers: " + queue.getStats().getConsumers());
      out.println("Bytes:     " + queue.getStats().getBytes());
    } else {
      out.println("Figures:   none: " + Table.printable(queue.getStatsError()));
    }
    if (queue.hasShard()) {
      out.println("Shard:     " + queue.getShard());
    }
    out.println("Leader:    " + (queue.hasLeader() ? "node " + queue.getLeader() : "none"));
    if (answer.getReplicasCount() > 0) {
      out.println();
      ShardCommand.replicas(answer.getReplicasList()).print(out);
    }
  }

  private static String kind(Queue queue) {
    return Stream.of(
            queue.getReplicated() ? "replicated" : "in the memory of one node",
            queue.getDurable() ? "durable" : "transient",
            queue.getExclusive() ? "exclusive" : "",
            queue.getAutoDelete() ? "auto-delete" : "")
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(", "));
  }
}
