package io.quorate.chaos.client;

import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A client that npm fetches, in the versions that its {@code package-lock.json} names, and programs
 * that use it: {@code src/test/resources/NAME}. They run in {@code target/NAME}.
 */
final class NpmClient {

  private final Path directory;

  private NpmClient(Path directory) {
    this.directory = directory;
  }

  /** Installs a client unless that was done before; skips the test if it can't be had. */
  static NpmClient install(String name) {
    OutsideClient.require(
        OutsideClient.onPath("node") && OutsideClient.onPath("npm"),
        "Node.js with npm",
        "apt-get install nodejs npm");
    NpmClient client = new NpmClient(Repository.module().resolve("target").resolve(name));
    try {
      client.copyPrograms(Repository.module().resolve("src/test/resources").resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return client;
  }

  private void copyPrograms(Path source) throws IOException {
    Files.createDirectories(directory);
    Path lock = directory.resolve("package-lock.json");
    boolean installed =
        Files.isDirectory(directory.resolve("node_modules"))
            && Files.exists(lock)
            && Files.mismatch(source.resolve("package-lock.json"), lock) < 0;
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.copy(
            file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (!installed) {
      Command.Result result =
          Command.of("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts")
              .withDirectory(directory)
              .withTimeout(Duration.ofMinutes(2))
              .run();
      OutsideClient.require(
          result.exitCode() == 0,
          directory.getFileName().toString(),
          "npm could not install it\n" + result.output());
    }
  }

  /** A program of this client. */
  Command program(String file, String... arguments) {
    List<String> line = new ArrayList<>(List.of("node", file));
    line.addAll(List.of(arguments));
    return Command.of(line).withDirectory(directory);
  }

  /** Another program that uses it; it is copied to where the client is. */
  Command script(String file, String source, String... arguments) {
    try {
      Files.writeString(directory.resolve(file), source);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return program(file, arguments);
  }
}
