package io.quorate.node.lifecycle;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The directory that belongs to one node: locked while the node runs, and marked with the cluster
 * and the number of the node it belongs to, so that no other is started on it by mistake.
 */
public final class DataDirectory implements AutoCloseable {

  private static final String LOCK_FILE = "node.lock";
  private static final String IDENTITY_FILE = "node.properties";
  private static final String CLUSTER = "cluster.name";
  private static final String NODE = "node.id";

  private final Path directory;
  private final FileChannel lockChannel;

  private DataDirectory(Path directory, FileChannel lockChannel) {
    this.directory = directory;
    this.lockChannel = lockChannel;
  }

  /**
   * Creates the directory if there is none, locks it and checks whose it is.
   *
   * @throws StartException if it cannot be written, another process has it, or it belongs to
   *     another node
   */
  public static DataDirectory open(Path path, String cluster, int node) throws StartException {
    Path directory = path.toAbsolutePath().normalize();
    FileChannel channel = null;
    boolean opened = false;
    try {
      Files.createDirectories(directory);
      channel =
          FileChannel.open(
              directory.resolve(LOCK_FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      lock(channel, directory);
      checkIdentity(directory, cluster, node);
      opened = true;
      return new DataDirectory(directory, channel);
    } catch (IOException e) {
      throw new StartException(
          ExitCode.DATA_DIRECTORY,
          "data.dir %s cannot be used: %s".formatted(directory, e.toString()));
    } finally {
      if (!opened && channel != null) {
        closeQuietly(channel);
      }
    }
  }

  private static void lock(FileChannel channel, Path directory) throws IOException, StartException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new StartException(
          ExitCode.DATA_DIRECTORY,
          "data.dir %s is in use by process %s; a directory serves one node at a time"
              .formatted(directory, holder(channel)));
    }
    channel.truncate(0);
    byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
    channel.write(ByteBuffer.wrap(pid), 0);
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(32);
    int read = channel.read(buffer, 0);
    return read <= 0 ? "?" : new String(buffer.array(), 0, read, StandardCharsets.UTF_8).strip();
  }

  private static void checkIdentity(Path directory, String cluster, int node)
      throws IOException, StartException {
    Path file = directory.resolve(IDENTITY_FILE);
    if (!Files.exists(file)) {
      writeIdentity(file, cluster, node);
      return;
    }
    Properties identity = new Properties();
    identity.load(new StringReader(Files.readString(file)));
    String itsCluster = identity.getProperty(CLUSTER, "?");
    String itsNode = identity.getProperty(NODE, "?");
    if (!itsCluster.equals(cluster) || !itsNode.equals(Integer.toString(node))) {
      throw new StartException(
          ExitCode.DATA_DIRECTORY,
          "data.dir %s belongs to node %s of cluster '%s'; this is node %d of cluster '%s'"
              .formatted(directory, itsNode, itsCluster, node, cluster));
    }
  }

  /** Written aside, forced and renamed, so that a power cut leaves the whole file or none. */
  private static void writeIdentity(Path file, String cluster, int node) throws IOException {
    Path temporary = file.resolveSibling(IDENTITY_FILE + ".tmp");
    String text = CLUSTER + "=" + cluster + "\n" + NODE + "=" + node + "\n";
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
    try {
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, file);
    }
    Path parent = file.getParent();
    if (parent != null) {
      try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** The directory, absolute. */
  public Path path() {
    return directory;
  }

  /** Gives up the lock. */
  @Override
  public void close() {
    closeQuietly(lockChannel);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
