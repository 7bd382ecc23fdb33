package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.node.lifecycle.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The main class as a process of its own: what it prints, and its exit codes. */
@Timeout(120)
class NodeProcessTest {

  @TempDir Path directory;

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void killLeftovers() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void termStopsInOrderWithZeroAndNoStackTrace() throws Exception {
    Process node = start("--data-dir", directory.toString(), "--raft-port", freePort());
    StringBuilder output = new StringBuilder();
    BufferedReader reader = node.inputReader(StandardCharsets.UTF_8);
    readUntil(reader, " is ready: ", output);

    Process second = start("--data-dir", directory.toString(), "--raft-port", freePort());
    assertThat(rest(second.inputReader())).contains("in use by process " + node.pid());
    assertThat(exitCode(second)).isEqualTo(ExitCode.DATA_DIRECTORY.number());

    node.toHandle().destroy(); // SIGTERM; Process.destroy would close the output too
    output.append(rest(reader));
    assertThat(exitCode(node)).isEqualTo(ExitCode.STOPPED.number());
    assertThat(output.toString())
        .contains("stopped: " + ExitCode.STOPPED.description())
        .doesNotContain("\tat ")
        .doesNotContain("WARN")
        .doesNotContain("ERROR");
  }

  @Test
  void termWhileWaitingForTheClusterStopsInOrder() throws Exception {
    String nodes = "1@127.0.0.1:%s,2@127.0.0.1:%s".formatted(freePort(), freePort());
    Process node = start("--data-dir", directory.toString(), "--cluster-nodes", nodes);
    BufferedReader reader = node.inputReader(StandardCharsets.UTF_8);
    StringBuilder output = new StringBuilder();
    readUntil(reader, "waiting: ", output);

    node.toHandle().destroy();
    output.append(rest(reader));
    assertThat(exitCode(node)).isEqualTo(ExitCode.STOPPED.number());
    assertThat(output.toString()).contains("has no leader").doesNotContain("\tat ");
  }

  @Test
  void wrongSettingsEndWithTheirExitCodeAndOneLineEach() throws Exception {
    Process node = start("--amqp-port", "x", "--log-level", "loud");
    String output = rest(node.inputReader());
    assertThat(exitCode(node)).isEqualTo(ExitCode.CONFIGURATION.number());
    assertThat(output.lines())
        .hasSize(3)
        .anyMatch(line -> line.contains("amqp.port = x: not a whole number"))
        .anyMatch(line -> line.contains("log.level = loud: not one of"))
        .anyMatch(line -> line.contains("--help-config"));
  }

  @Test
  void takenPortEndsWithItsExitCodeAndOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      Process node =
          start("--data-dir", directory.toString(), "--raft-port", freePort(), "--http-port", port);
      String output = rest(node.inputReader());
      assertThat(exitCode(node)).isEqualTo(ExitCode.PORT.number());
      assertThat(output)
          .containsOnlyOnce("cannot listen on 127.0.0.1:" + port + " (http.port)")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void questionsAreAnsweredWithZero() throws Exception {
    Process help = start("--help-config");
    assertThat(rest(help.inputReader())).contains("amqp.port = 5672");
    assertThat(exitCode(help)).isZero();
  }

  /** Any free ports, unless the arguments name others. */
  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                QuorateNode.class.getName()));
    for (String port : List.of("--amqp-port", "--admin-port", "--http-port")) {
      command.addAll(List.of(port, "0"));
    }
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    processes.add(process);
    return process;
  }

  private static void readUntil(BufferedReader reader, String text, StringBuilder output)
      throws IOException {
    String line;
    while ((line = reader.readLine()) != null) {
      output.append(line).append('\n');
      if (line.contains(text)) {
        return;
      }
    }
    throw new AssertionError("the process ended before it said '" + text + "':\n" + output);
  }

  private static String rest(BufferedReader reader) {
    return String.join("\n", reader.lines().toList());
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static String freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return Integer.toString(socket.getLocalPort());
    }
  }
}
