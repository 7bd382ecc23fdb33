package io.quorate.chaos.client;

import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A client from the distribution's packages and programs in {@code src/test/resources/NAME}. */
final class PythonClient {

  // The distribution's Python: another one that comes first in the path does not see Debian's
  // packages.
  private static final String PYTHON = "/usr/bin/python3";

  private final String name;

  private PythonClient(String name) {
    this.name = name;
  }

  /** Skips the test if the module {@code name} is not installed. */
  static PythonClient require(String name) {
    boolean present =
        Files.isExecutable(Path.of(PYTHON))
            && Command.of(PYTHON, "-c", "import " + name).run().exitCode() == 0;
    OutsideClient.require(present, name, "apt-get install python3-" + name);
    return new PythonClient(name);
  }

  /** Its program {@code client.py}. */
  Command program(String... arguments) {
    return script(
        Repository.module().resolve("src/test/resources").resolve(name).resolve("client.py"),
        arguments);
  }

  /** Another program that uses it. */
  Command script(Path script, String... arguments) {
    List<String> line = new ArrayList<>(List.of(PYTHON, "-B", script.toString()));
    line.addAll(List.of(arguments));
    return Command.of(line);
  }
}
