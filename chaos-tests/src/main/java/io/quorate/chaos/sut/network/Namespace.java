package io.quorate.chaos.sut.network;

import io.quorate.chaos.cluster.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace: the network as one node sees it.
 *
 * @param file such as {@code /run/netns/NAME} or {@code /proc/PID/ns/net}
 */
public record Namespace(Path file) {

  /** A command that runs in it, with the file system and everything else of this process. */
  public Command command(String... arguments) {
    List<String> line = new ArrayList<>(enter());
    line.addAll(List.of(arguments));
    return Command.of(line);
  }

  /** What stands in front of a command to run it in here. */
  public List<String> enter() {
    return List.of("nsenter", "--net=" + file);
  }

  /** Runs a shell script in it and expects that it succeeds. */
  public void shell(String script) {
    command("sh", "-ec", script).runSuccessfully();
  }
}
