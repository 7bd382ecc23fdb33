package io.quorate.raftqueue.raft.ratis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the last whole version of a small file that Ratis replaces by a new one. Ratis gives the
 * new one the file's name even if it could not be written, for want of space: what is left then is
 * a part of it or nothing. The last whole version has a second name, which takes no space. Not
 * thread-safe.
 */
final class KeptFile {

  private static final Logger LOG = LoggerFactory.getLogger(KeptFile.class);

  /** Tells whether a file was written to its end. */
  interface Check {
    boolean isWhole(byte[] content);
  }

  private final Path file;
  private final Path kept;
  private final Path fresh;
  private final Check check;

  /** Identifies the version that is kept. */
  private @Nullable Object keptKey;

  KeptFile(Path file, Check check) {
    this.file = file;
    this.check = check;
    this.kept = file.resolveSibling(file.getFileName() + ".kept");
    this.fresh = file.resolveSibling(file.getFileName() + ".fresh");
  }

  /**
   * Makes sure that the file's present version is kept; to be called before anything that depends
   * on it leaves the node.
   *
   * @throws IOException if it is not whole, or cannot be kept
   */
  void keep() throws IOException {
    Object key = key(file);
    if (key == null || key.equals(keptKey)) {
      return;
    }
    if (!isWhole(file)) {
      throw new IOException(file + " could not be written whole");
    }
    if (!key.equals(key(kept))) {
      giveName(file, kept);
    }
    keptKey = key;
  }

  /** Puts the kept version in the place of one that is not whole; when nobody else uses it. */
  void restore() throws IOException {
    if (key(file) == null || isWhole(file)) {
      return;
    }
    if (key(kept) != null && isWhole(kept)) {
      giveName(kept, file);
      LOG.warn("{} was not whole, as after a full disk: the last whole one is used", file);
    }
  }

  private void giveName(Path from, Path to) throws IOException {
    Files.deleteIfExists(fresh);
    Files.createLink(fresh, from);
    Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Directories.force(Objects.requireNonNull(to.toAbsolutePath().getParent()));
  }

  private boolean isWhole(Path path) throws IOException {
    return check.isWhole(Files.readAllBytes(path));
  }

  private static @Nullable Object key(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
