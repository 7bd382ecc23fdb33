package io.quorate.chaos.fault;

import io.quorate.chaos.cluster.RaftMeta;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a node has stored, looked at and changed from outside. */
final class NodeFiles {

  private static final Pattern SEGMENT = Pattern.compile("log_(?:inprogress_)?(\\d+)(?:-\\d+)?");

  /** Where a node has its Raft groups, below its data directory. */
  static final String RAFT = "store/raft";

  private NodeFiles() {}

  /** Segments of logs. */
  static boolean isLog(Path file) {
    return SEGMENT.matcher(name(file)).matches();
  }

  /** Segments of logs that are still written to. */
  static boolean isOpenLog(Path file) {
    return name(file).startsWith("log_inprogress_");
  }

  /** Terms and votes. */
  static boolean isVote(Path file) {
    return name(file).equals(RaftMeta.FILE);
  }

  static boolean isSnapshot(Path file) {
    return name(file).startsWith("snapshot") && !name(file).endsWith(".md5");
  }

  static boolean isPage(Path file) {
    return name(file).endsWith(".page");
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /**
   * The files with something in them, in the order of their names. A running node may delete what
   * it needs no more meanwhile.
   */
  static List<Path> find(Path data, Predicate<Path> wanted) {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          data,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile() && attributes.size() > 0 && wanted.test(file)) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException gone) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    found.sort(null);
    return found;
  }

  /** Flips bits, a few in a row, somewhere in the part of a file that has been written. */
  static void flipBits(Path file, Random random, int count) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      long written = writtenLength(opened);
      long at = (long) (random.nextDouble() * written);
      for (long i = at; i < Math.min(written, at + count); i++) {
        opened.seek(i);
        int old = opened.read();
        opened.seek(i);
        opened.write(old ^ (1 << random.nextInt(8)));
      }
    }
  }

  /** Cuts a part of what was written off the end of a file. */
  static void truncate(Path file, Random random) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      long written = writtenLength(opened);
      long most = Math.min(written, 64 * 1024);
      opened.setLength(written - (long) (random.nextDouble() * most));
    }
  }

  /** Segments are preallocated: what was written ends before the last zeros. */
  private static long writtenLength(RandomAccessFile file) throws IOException {
    byte[] block = new byte[64 * 1024];
    long end = file.length();
    while (end > 0) {
      long from = Math.max(0, end - block.length);
      int length = (int) (end - from);
      file.seek(from);
      file.readFully(block, 0, length);
      for (int i = length - 1; i >= 0; i--) {
        if (block[i] != 0) {
          return from + i + 1;
        }
      }
      end = from;
    }
    return 0;
  }

  /** The first index that a node has in the log of each group; by the names of Ratis's files. */
  static long firstLogIndex(Path group) {
    long first = Long.MAX_VALUE;
    for (Path file : find(group, NodeFiles::isLog)) {
      Matcher matcher = SEGMENT.matcher(name(file));
      if (matcher.matches()) {
        first = Math.min(first, Long.parseLong(matcher.group(1)));
      }
    }
    return first == Long.MAX_VALUE ? -1 : first;
  }

  /** The last segment's first index: a group's log goes at least so far. */
  static long lastSegmentIndex(Path group) {
    long last = -1;
    for (Path file : find(group, NodeFiles::isLog)) {
      Matcher matcher = SEGMENT.matcher(name(file));
      if (matcher.matches()) {
        last = Math.max(last, Long.parseLong(matcher.group(1)));
      }
    }
    return last;
  }

  /** The directories of a node's Raft groups. */
  static List<Path> groups(Path data) {
    Path raft = data.resolve(RAFT);
    try (Stream<Path> all = Files.list(raft)) {
      return all.filter(Files::isDirectory).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Copies a directory with everything in it, and forces it: a node's disk has what the node would
   * have forced, also if it fails in the next minute.
   */
  static void copyTree(Path from, Path to) {
    try {
      Files.walkFileTree(
          from,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                throws IOException {
              Files.createDirectories(to.resolve(from.relativize(directory)));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Path copy = to.resolve(from.relativize(file));
              Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
              force(copy);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                throws IOException {
              if (failure != null) {
                throw failure;
              }
              force(to.resolve(from.relativize(directory)));
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts a directory into another one's place, for good. */
  static void replace(Path directory, Path with) throws IOException {
    deleteTree(directory);
    Files.move(with, directory);
    force(Objects.requireNonNull(directory.toAbsolutePath().getParent()));
  }

  /** A file, or the names in a directory. */
  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a directory with everything in it. */
  static void deleteTree(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = new ArrayList<>(all.toList());
      deepestFirst.sort(Comparator.reverseOrder());
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
