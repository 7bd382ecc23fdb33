package io.quorate.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a cluster took from this machine besides processes and files, noted in its directory before
 * it is taken: so it can be given back by a later run if this one is killed.
 */
public final class Resources {

  /** A kind of thing, and how it is given back. */
  public enum Kind {
    /** A mount point, by its path. */
    MOUNT("umount", "--lazy"),
    /** A network namespace, by its name. */
    NETNS("ip", "netns", "delete"),
    /** A network device of this machine, by its name. */
    LINK("ip", "link", "delete");

    private final List<String> release;

    Kind(String... release) {
      this.release = List.of(release);
    }
  }

  private static final String FILE = "resources";

  private Resources() {}

  /** Notes one, before it is taken. */
  public static void note(Path directory, Kind kind, String name) {
    try {
      Files.writeString(
          directory.resolve(FILE),
          kind + " " + name + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives everything back that was noted, the last first; what is gone already is no error. */
  public static void release(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return;
    }
    try {
      List<String> lines = new ArrayList<>(Files.readAllLines(file, StandardCharsets.UTF_8));
      Collections.reverse(lines);
      for (String line : lines) {
        int blank = line.indexOf(' ');
        List<String> command = new ArrayList<>(Kind.valueOf(line.substring(0, blank)).release);
        command.add(line.substring(blank + 1));
        Command.of(command).run();
      }
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
