package io.quorate.admin.cli;

import com.google.gson.JsonElement;
import com.google.protobuf.Message;
import io.grpc.Channel;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.quorate.admin.BuildInfo;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code quorate}: looks at a cluster and administers it, through any of its nodes. */
@Command(
    name = "quorate",
    description = "Look at a Quorate cluster and administer it, through any of its nodes.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ClusterCommand.class, ShardCommand.class, QueueCommand.class},
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Quorate.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Done.",
      "1:A node answered and refused, or the command failed there.",
      "2:The command line is wrong; nothing was sent.",
      "3:No node answered in time."
    },
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    parameterListHeading = "%nParameters:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate cluster status",
      "  quorate queue list --match 'orders.*'",
      "  quorate queue show orders.paid --output json",
      "  quorate shard transfer-leader 0 2",
      "  quorate --endpoint 10.0.0.1:7671,10.0.0.2:7671 shard list"
    })
public final class Quorate implements Runnable {

  static final String DEFAULT_ENDPOINTS = "127.0.0.1:7671,127.0.0.1:7672,127.0.0.1:7673";

  /** The environment variable that names the endpoints. */
  public static final String ENVIRONMENT_VARIABLE = "QUORATE_ADMIN";

  /** Forms of output. */
  enum Output {
    table,
    json
  }

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Option(
      names = "--endpoint",
      paramLabel = "HOST:PORT[,...]",
      scope = ScopeType.INHERIT,
      description = {
        "Admin addresses of nodes; the next one is tried when one is down.",
        "Default: the environment variable QUORATE_ADMIN, else " + DEFAULT_ENDPOINTS + "."
      })
  private @Nullable String endpoint;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      defaultValue = "table",
      scope = ScopeType.INHERIT,
      description = "table, to read, or json, for programs (default: ${DEFAULT-VALUE}).")
  private Output output = Output.table;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = Durations.class,
      scope = ScopeType.INHERIT,
      description =
          "How long to wait for an answer, all endpoints together: 500ms, 10s, 1m (default:"
              + " ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofSeconds(10);

  private final Map<String, String> environment;

  private Quorate(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Runs the command and exits with its code. */
  public static void main(String[] args) {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    Logger.getLogger("").setLevel(Level.OFF);
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(args, out, err, System.getenv()));
  }

  /**
   * Runs the command in this process.
   *
   * @return the exit code: 0 done, 1 refused or failed, 2 wrong usage, 3 no node answered
   */
  public static int run(
      String[] args, PrintWriter out, PrintWriter err, Map<String, String> environment) {
    CommandLine line =
        new CommandLine(new Quorate(environment))
            .setOut(out)
            .setErr(err)
            .setExpandAtFiles(false)
            .setParameterExceptionHandler(Quorate::usage)
            .setExecutionExceptionHandler(Quorate::failed);
    int code = line.execute(args);
    out.flush();
    err.flush();
    return code;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "no command given; the commands are cluster, shard and queue");
  }

  /** Makes one call and prints its answer as a table or as JSON. */
  <T extends Message> void print(
      BiFunction<Channel, Long, T> call, Function<T, Consumer<PrintWriter>> table) {
    try (AdminClient client = connect()) {
      T answer = client.call(call);
      print(table.apply(answer), () -> ProtoJson.toJson(answer));
    }
  }

  /** Prints in the form that was asked for. */
  void print(Consumer<PrintWriter> table, Supplier<JsonElement> json) {
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case table -> table.accept(out);
      case json -> out.println(ProtoJson.print(json.get()));
    }
  }

  /** A remark beside the output, for a person. */
  void remark(String text) {
    spec.commandLine().getErr().println("quorate: " + text);
  }

  /** A client for the endpoints given. */
  AdminClient connect() {
    String fromEnvironment = environment.getOrDefault(ENVIRONMENT_VARIABLE, "");
    String source = endpoint != null ? "--endpoint" : ENVIRONMENT_VARIABLE;
    String text =
        endpoint != null
            ? endpoint
            : fromEnvironment.isBlank() ? DEFAULT_ENDPOINTS : fromEnvironment;
    List<Endpoint> endpoints;
    try {
      endpoints = Endpoint.parseList(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), source + ": " + e.getMessage());
    }
    return new AdminClient(endpoints, timeout);
  }

  private static int usage(ParameterException e, String[] args) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    String text =
        String.valueOf(e.getMessage()).lines().map(String::strip).collect(Collectors.joining(" "));
    e.getCommandLine()
        .getErr()
        .println("quorate: " + Table.printable(text) + "; see " + command + " --help");
    return ExitCodes.USAGE;
  }

  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed)
      throws Exception {
    if (e instanceof AdminException refusal) {
      line.getErr().println("quorate: " + Table.printable(refusal.text()));
      return refusal.exitCode();
    }
    throw e;
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"quorate " + BuildInfo.version()};
    }
  }
}
