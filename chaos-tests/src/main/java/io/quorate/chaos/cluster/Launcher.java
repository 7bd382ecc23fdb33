package io.quorate.chaos.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The command {@code deploy/local/cluster} for one data directory.
 *
 * @param data the cluster's directory
 * @param environment what the nodes get
 */
public record Launcher(Path data, Map<String, String> environment) {

  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** Runs {@code cluster COMMAND ARGUMENTS... --data DATA}. */
  public Command.Result run(String command, String... arguments) {
    return command(command, arguments).run();
  }

  /** The same, and fails unless it ends with exit code 0. */
  public Command.Result runSuccessfully(String command, String... arguments) {
    return command(command, arguments).runSuccessfully();
  }

  private Command command(String command, String... arguments) {
    List<String> line = new ArrayList<>();
    line.add(Repository.launcher().toString());
    line.add(command);
    line.addAll(List.of(arguments));
    line.add("--data");
    line.add(data.toString());
    if (command.equals("up")) {
      Repository.distribution()
          .ifPresent(
              archive -> {
                line.add("--dist");
                line.add(archive.toString());
              });
    }
    return Command.of(line).withEnvironment(environment).withTimeout(LIMIT);
  }
}
