package io.quorate.raftqueue.raft.ratis;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** What {@link Files} lacks for files that must survive a loss of power. */
final class Directories {
  private Directories() {}

  /** Makes the directory's entries durable: files created, renamed or deleted before. */
  static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static void forceFile(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Forces all files and directories below and including {@code directory}, if it is there. */
  static void forceTree(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    for (Path path : list(directory)) {
      if (Files.isDirectory(path)) {
        forceTree(path);
      } else {
        forceFile(path);
      }
    }
    force(directory);
  }

  static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** A file or a directory with all that is in it, if it is there. */
  static void delete(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      deleteContents(path);
    }
    Files.deleteIfExists(path);
  }

  static void deleteContents(Path directory) throws IOException {
    for (Path path : list(directory)) {
      if (Files.isDirectory(path)) {
        deleteContents(path);
      }
      Files.deleteIfExists(path);
    }
  }
}
