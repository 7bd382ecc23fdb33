package io.quorate.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Cleans up behind test runs, those that were killed included. Every cluster lives in a directory
 * of its own that names the test process it belongs to; the launcher notes the ids of the nodes'
 * processes in it. Only processes noted there are ended, and only if their command line names that
 * directory.
 */
public final class Leftovers {

  private static final String PREFIX = "quorate-e2e-";
  private static final String OWNER = "owner";

  private Leftovers() {}

  /** A new directory of this process. */
  public static Path createDirectory(String name) throws IOException {
    Path directory = Files.createTempDirectory(PREFIX + name + "-");
    Files.writeString(directory.resolve(OWNER), identity(ProcessHandle.current()));
    return directory;
  }

  /** Ends the nodes of earlier runs whose test process is gone, and deletes what they stored. */
  public static void sweep() {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (Stream<Path> directories = Files.list(parent)) {
      for (Path directory :
          directories.filter(path -> path.getFileName().toString().startsWith(PREFIX)).toList()) {
        if (Files.isRegularFile(directory.resolve(OWNER)) && !ownerLives(directory)) {
          remove(directory);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Kills the processes of a directory's cluster, gives back what it took, and deletes the
   * directory.
   */
  public static void remove(Path directory) {
    kill(directory);
    Resources.release(directory);
    deleteTree(directory);
  }

  /** Kills the processes of a directory's cluster. */
  static void kill(Path directory) {
    try (Stream<Path> files = Files.walk(directory, 3)) {
      for (Path file : files.filter(path -> path.getFileName().toString().equals("pid")).toList()) {
        process(file, directory)
            .ifPresent(
                process -> {
                  process.destroyForcibly();
                  process.onExit().join();
                });
      }
    } catch (IOException | NumberFormatException e) {
      System.err.println("could not end all nodes of " + directory + ": " + e);
    }
  }

  /** True if the process whose id is in the file runs, and belongs to the directory. */
  static boolean isRunning(Path file, Path directory) {
    try {
      return Files.exists(file) && process(file, directory).isPresent();
    } catch (IOException | NumberFormatException e) {
      return false;
    }
  }

  /** The id of the process that runs there. */
  static long pid(Path file, Path directory) {
    try {
      return process(file, directory).orElseThrow().pid();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<ProcessHandle> process(Path file, Path directory) throws IOException {
    String pid = Files.readString(file).trim().split(" ")[0];
    return ProcessHandle.of(Long.parseLong(pid))
        .filter(ProcessHandle::isAlive)
        .filter(process -> belongsTo(process, directory));
  }

  private static boolean belongsTo(ProcessHandle process, Path directory) {
    try {
      // ProcessHandle.Info gives no arguments for long command lines.
      String line =
          new String(
              Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline")),
              StandardCharsets.UTF_8);
      return line.contains(directory.toString());
    } catch (IOException e) {
      return process
          .info()
          .commandLine()
          .filter(line -> line.contains(directory.toString()))
          .isPresent();
    }
  }

  private static boolean ownerLives(Path directory) throws IOException {
    return lives(Files.readString(directory.resolve(OWNER)));
  }

  /** True if the process with this {@link #identity} runs. */
  public static boolean lives(String identity) {
    Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(identity.split(" ")[0]));
    return process.isPresent() && identity(process.get()).equals(identity);
  }

  /** Tells a process from a later one with the same id. */
  public static String identity(ProcessHandle process) {
    return process.pid() + " " + process.info().startInstant().map(Object::toString).orElse("");
  }

  private static void deleteTree(Path directory) {
    for (int attempt = 0; attempt < 5 && Files.exists(directory); attempt++) {
      try (Stream<Path> files = Files.walk(directory)) {
        List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        for (Path file : deepestFirst) {
          Files.deleteIfExists(file);
        }
      } catch (IOException | UncheckedIOException e) {
        if (attempt == 4) {
          System.err.println("could not delete " + directory + ": " + e);
        }
      }
    }
  }
}
