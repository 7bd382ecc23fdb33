package io.quorate.chaos.sut.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the files of a node are. The same paths hold inside of a container.
 *
 * @param node its number
 * @param root its directory
 */
public record NodeLayout(int node, Path root) {

  /** Where its disk is mounted, if it has one of its own. */
  public Path disk() {
    return root.resolve("disk");
  }

  /** The file that holds its disk. */
  public Path image() {
    return root.resolve("disk.img");
  }

  /** Its data directory. */
  public Path data() {
    return disk().resolve("data");
  }

  /** What it prints. */
  public Path log() {
    return root.resolve("node.log");
  }

  /** How far its wall clock is off: see {@link WallClock}. */
  public Path clock() {
    return root.resolve("clock");
  }

  /** The id of its process, as it sees it itself. */
  public Path pid() {
    return root.resolve("pid");
  }

  /** The script that becomes the node's process. */
  public Path script() {
    return root.resolve("launch");
  }

  /** Makes its directory. */
  public void create() {
    try {
      Files.createDirectories(disk());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
