package io.quorate.admin;

import io.quorate.admin.cli.Quorate;
import io.quorate.admin.server.AdminConfig;
import io.quorate.admin.server.AdminServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An {@link InMemoryCluster} with an admin server per node on loopback, and the CLI at hand. */
final class TestCluster implements AutoCloseable {

  /** How a command ended and what it printed. */
  record Result(int code, String out, String err) {}

  final InMemoryCluster state = new InMemoryCluster();
  final List<AdminServer> servers = new ArrayList<>();

  TestCluster() throws IOException {
    this(new AdminConfig("127.0.0.1", 0, 64, 64 << 10, 100, 1000, 300, 30_000));
  }

  TestCluster(AdminConfig config) throws IOException {
    for (int node : InMemoryCluster.NODES) {
      servers.add(AdminServer.start(config, state.store(node), state.status(node)));
    }
  }

  /** All endpoints, node 1 first. */
  String endpoints() {
    return servers.stream()
        .map(server -> "127.0.0.1:" + server.port())
        .collect(Collectors.joining(","));
  }

  /** Runs the command against this cluster. */
  Result quorate(String... args) {
    return run(Map.of(Quorate.ENVIRONMENT_VARIABLE, endpoints()), args);
  }

  /** Runs the command against one node. */
  Result quorateAt(int node, String... args) {
    return run(
        Map.of(),
        Stream.concat(
                Stream.of("--endpoint", "127.0.0.1:" + servers.get(node - 1).port()),
                Stream.of(args))
            .toArray(String[]::new));
  }

  static Result run(Map<String, String> environment, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Quorate.run(args, new PrintWriter(out), new PrintWriter(err), environment);
    return new Result(code, out.toString(), err.toString());
  }

  @Override
  public void close() {
    servers.forEach(AdminServer::close);
  }
}
