package io.quorate.raftqueue.raft.ratis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot files of a group: {@code snapshot.TERM_INDEX} with its digest beside it, as Ratis's
 * own storage names them. Everything here is durable before it is relied upon, and the latest
 * snapshot is known without a look at the disk, which Ratis asks for with every append.
 */
final class SnapshotStore implements StateMachineStorage {
  private static final Logger log = LoggerFactory.getLogger(SnapshotStore.class);
  private static final Pattern SEGMENT = Pattern.compile("log_(?:inprogress_)?(\\d+).*");

  private final int filesKept;
  private @Nullable Path root;
  private volatile @Nullable SingleFileSnapshotInfo latest;

  SnapshotStore(int filesKept) {
    this.filesKept = filesKept;
  }

  @Override
  public void init(RaftStorage storage) throws IOException {
    Path group = storage.getStorageDir().getRoot().toPath();
    root = group;
    Files.createDirectories(directory());
    Files.createDirectories(temporary());
    Directories.deleteContents(temporary());
    Directories.force(group);
    Path parent = group.getParent();
    if (parent != null) {
      Directories.force(parent);
    }
    reload();
    checkLogFollows();
  }

  /** Looks for the newest snapshot that its digest confirms; others are set aside. */
  void reload() throws IOException {
    List<SingleFileSnapshotInfo> found = files();
    latest = null;
    for (SingleFileSnapshotInfo info : found) {
      Path file = info.getFile().getPath();
      MD5Hash stored = info.getFile().getFileDigest();
      if (stored != null && stored.equals(MD5FileUtil.computeMd5ForFile(file.toFile()))) {
        latest = info;
        return;
      }
      log.error("snapshot {} does not match its digest and is set aside", file);
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".corrupt"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** A log that begins after what the snapshot covers cannot rebuild the state. */
  private void checkLogFollows() throws IOException {
    long first = Long.MAX_VALUE;
    for (Path path : Directories.list(root().resolve("current"))) {
      Matcher matcher = SEGMENT.matcher(path.getFileName().toString());
      if (matcher.matches()) {
        first = Math.min(first, Long.parseLong(matcher.group(1)));
      }
    }
    SingleFileSnapshotInfo info = latest;
    long covered = info == null ? -1 : info.getIndex();
    if (first != Long.MAX_VALUE && first > covered + 1) {
      throw new IOException(
          "the log in "
              + root()
              + " begins with entry "
              + first
              + ", but the newest intact snapshot ends with entry "
              + covered
              + ": move this directory away, and the replica is rebuilt from the others");
    }
  }

  @Override
  public @Nullable SingleFileSnapshotInfo getLatestSnapshot() {
    return latest;
  }

  /** A path for a snapshot in the making; not there yet. */
  Path newFile() throws IOException {
    Path file = temporary().resolve("own-snapshot");
    Files.deleteIfExists(file);
    return file;
  }

  /** Gives a finished file its name and digest, durably. It counts from {@link #publish} on. */
  SingleFileSnapshotInfo add(Path file, TermIndex last) throws IOException {
    MD5Hash digest = MD5FileUtil.computeMd5ForFile(file.toFile());
    Directories.forceFile(file);
    String name = SimpleStateMachineStorage.getSnapshotFileName(last.getTerm(), last.getIndex());
    Path target = directory().resolve(name);
    MD5FileUtil.saveMD5File(target.toFile(), digest);
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    Directories.force(directory());
    return new SingleFileSnapshotInfo(new FileInfo(target, digest), last);
  }

  /** From now on this is the group's latest snapshot, unless a newer one was installed. */
  void publish(SingleFileSnapshotInfo info) {
    SingleFileSnapshotInfo current = latest;
    if (current == null || info.getIndex() > current.getIndex()) {
      latest = info;
    }
  }

  /** Makes a snapshot that Ratis has received durable before it replaces anything. */
  void forceReceived() throws IOException {
    Directories.forceTree(temporary());
  }

  /** Takes over what Ratis has moved into place. */
  void installed() throws IOException {
    Directories.force(directory());
    Directories.force(root());
    Files.createDirectories(temporary());
    reload();
  }

  @Override
  public void cleanupOldSnapshots(@Nullable SnapshotRetentionPolicy policy) throws IOException {
    List<SingleFileSnapshotInfo> found = files();
    for (SingleFileSnapshotInfo old :
        found.subList(Math.min(filesKept, found.size()), found.size())) {
      Path file = old.getFile().getPath();
      Files.deleteIfExists(file);
      Files.deleteIfExists(MD5FileUtil.getDigestFileForFile(file.toFile()).toPath());
    }
  }

  @Override
  public void format() {}

  private List<SingleFileSnapshotInfo> files() throws IOException {
    List<SingleFileSnapshotInfo> infos = new ArrayList<>();
    for (Path path : Directories.list(directory())) {
      Matcher matcher =
          SimpleStateMachineStorage.SNAPSHOT_REGEX.matcher(path.getFileName().toString());
      if (matcher.matches()) {
        infos.add(
            new SingleFileSnapshotInfo(
                new FileInfo(path, MD5FileUtil.readStoredMd5ForFile(path.toFile())),
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2))));
      }
    }
    infos.sort(Comparator.comparing(SingleFileSnapshotInfo::getIndex).reversed());
    return infos;
  }

  private Path root() {
    Path path = root;
    if (path == null) {
      throw new IllegalStateException("not initialized");
    }
    return path;
  }

  private Path directory() {
    return root().resolve("sm");
  }

  private Path temporary() {
    return root().resolve("tmp");
  }
}
