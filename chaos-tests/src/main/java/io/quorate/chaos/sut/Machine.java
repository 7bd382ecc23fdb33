package io.quorate.chaos.sut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What this machine has. */
public final class Machine {

  private static final List<String> SYSTEM_DIRECTORIES = List.of("/usr/sbin", "/sbin");

  private Machine() {}

  /** True for root: the only one who may make namespaces, mount, and change rules. */
  public static boolean isRoot() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Those of the programs given that are not installed. */
  public static List<String> missing(String... programs) {
    List<String> directories = new ArrayList<>(SYSTEM_DIRECTORIES);
    directories.addAll(List.of(System.getenv().getOrDefault("PATH", "").split(":")));
    return Stream.of(programs)
        .filter(
            program ->
                directories.stream()
                    .noneMatch(
                        directory -> Files.isExecutable(Path.of(directory).resolve(program))))
        .toList();
  }

  /** Says what is missing for something that needs root and programs; empty if nothing is. */
  public static Optional<String> obstacle(String... programs) {
    if (!isRoot()) {
      return Optional.of("needs root");
    }
    List<String> missing = missing(programs);
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("needs " + String.join(", ", missing) + ", not installed here");
  }
}
