package io.quorate.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the launcher and the distribution are. */
public final class Repository {

  private Repository() {}

  /** The directory of this module. */
  public static Path module() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("chaos-tests/pom.xml")) ? here.resolve("chaos-tests") : here;
  }

  /** The checkout. */
  public static Path root() {
    return Objects.requireNonNull(module().getParent(), "a module is below its checkout");
  }

  public static Path launcher() {
    return module().resolveSibling("deploy/local/cluster");
  }

  /**
   * The distribution under test: the one named by the system property {@code quorate.dist}, else
   * the newest that the build has made, else none, and the launcher builds one.
   */
  public static Optional<Path> distribution() {
    String given = System.getProperty("quorate.dist", "");
    if (!given.isEmpty()) {
      return Optional.of(Path.of(given).toAbsolutePath());
    }
    Path target = module().resolveSibling("node/target");
    if (!Files.isDirectory(target)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(file -> file.getFileName().toString().matches("quorate-.*\\.tar\\.gz"))
          .max(Comparator.comparing(file -> file.toFile().lastModified()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
