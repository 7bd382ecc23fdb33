package io.quorate.raftqueue.raft.ratis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of a group: {@code snapshot.TERM_INDEX} with its digest beside it, as Ratis's own
 * storage names them, and with what the state attached in {@code files.TERM_INDEX}. Everything here
 * is durable before it is relied upon, the attached files before the one that refers to them, which
 * goes first. The latest snapshot is known without a look at the disk, which Ratis asks for with
 * every append.
 *
 * <p>Attached files have no digest of ours: they may be many gigabytes, which a start must not
 * read. The state checks what it reads.
 */
final class SnapshotStore implements StateMachineStorage {
  private static final Logger log = LoggerFactory.getLogger(SnapshotStore.class);
  private static final Pattern ATTACHED = Pattern.compile("files\\.(\\d+_\\d+)");
  private static final String DIGEST = ".md5";

  /** How Ratis begins the names of what it receives. */
  private static final String RECEIVED = "snapshot-";

  private static final Pattern SEGMENT = Pattern.compile("log_(?:inprogress_)?(\\d+).*");

  private final int filesKept;
  private @Nullable Path root;
  private volatile @Nullable GroupSnapshot latest;

  /** Snapshots that have been the latest, as long as followers may be getting them. */
  private final Set<GroupSnapshot> sent = ConcurrentHashMap.newKeySet();

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
    deleteOrphans();
    reload();
    checkLogFollows();
  }

  /** Attached files of which the snapshot was not completed, or deleted. */
  private void deleteOrphans() throws IOException {
    for (Path path : Directories.list(directory())) {
      Matcher matcher = ATTACHED.matcher(path.getFileName().toString());
      if (matcher.matches() && !Files.exists(path.resolveSibling("snapshot." + matcher.group(1)))) {
        Directories.delete(path);
      }
    }
  }

  /** Looks for the newest snapshot that its digest confirms; others are set aside. */
  void reload() throws IOException {
    List<GroupSnapshot> found = files();
    latest = null;
    for (GroupSnapshot info : found) {
      Path file = info.file();
      MD5Hash stored = info.digest();
      if (stored != null && stored.equals(Digests.md5(file))) {
        latest = info;
        sent.add(info);
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
    GroupSnapshot info = latest;
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
  public @Nullable GroupSnapshot getLatestSnapshot() {
    return latest;
  }

  /** A path for a snapshot in the making; not there yet. */
  Path newFile() throws IOException {
    return emptied("own-snapshot");
  }

  /** The directory for what the state attaches to it; not there yet. */
  Path newAttachments() throws IOException {
    return emptied("own-files");
  }

  private Path emptied(String name) throws IOException {
    Path path = temporary().resolve(name);
    Directories.delete(path);
    return path;
  }

  /**
   * Gives a finished file its name and digest, and what is attached its name before, durably. It
   * counts from {@link #publish} on.
   */
  GroupSnapshot add(Path file, Path attachments, TermIndex last) throws IOException {
    String name = SimpleStateMachineStorage.getSnapshotFileName(last.getTerm(), last.getIndex());
    Path target = directory().resolve(name);
    Path attached = attachmentsOf(target);
    if (Files.isDirectory(attachments)) {
      Directories.force(attachments);
      Directories.delete(attached);
      Files.move(attachments, attached, StandardCopyOption.ATOMIC_MOVE);
      Directories.force(directory());
    }
    MD5Hash digest = Digests.md5(file);
    Directories.forceFile(file);
    MD5FileUtil.saveMD5File(target.toFile(), digest);
    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    Directories.force(directory());
    return snapshot(target, digest, last);
  }

  private static Path attachmentsOf(Path snapshot) {
    String name = snapshot.getFileName().toString();
    return snapshot.resolveSibling(name.replace("snapshot.", "files."));
  }

  private static GroupSnapshot snapshot(Path file, @Nullable MD5Hash digest, TermIndex last)
      throws IOException {
    List<FileInfo> all = new ArrayList<>();
    all.add(new FileInfo(file, digest));
    for (Path attached : Directories.list(attachmentsOf(file))) {
      if (!attached.getFileName().toString().endsWith(DIGEST)) { // of one that was received
        all.add(new FileInfo(attached, null));
      }
    }
    return new GroupSnapshot(all, attachmentsOf(file), last);
  }

  /**
   * From now on this is the group's latest snapshot, unless a newer one was installed meanwhile.
   *
   * @return the latest
   */
  GroupSnapshot publish(GroupSnapshot info) {
    GroupSnapshot current = latest;
    if (current != null && info.getIndex() <= current.getIndex()) {
      return current;
    }
    latest = info;
    sent.add(info);
    return info;
  }

  /**
   * Makes a snapshot that Ratis has received durable before it replaces anything. One of this
   * replica's own may be in the making beside it, and be given its name at any moment.
   */
  void forceReceived() throws IOException {
    for (Path received : received()) {
      Directories.forceTree(received);
    }
    Directories.force(temporary());
  }

  private List<Path> received() throws IOException {
    return Directories.list(temporary()).stream()
        .filter(path -> path.getFileName().toString().startsWith(RECEIVED))
        .toList();
  }

  /** Takes over what Ratis has moved into place. */
  void installed() throws IOException {
    Directories.force(directory());
    Directories.force(root());
    Files.createDirectories(temporary());
    for (Path path : received()) { // broken off before
      Directories.delete(path);
    }
    reload();
  }

  @Override
  public void cleanupOldSnapshots(@Nullable SnapshotRetentionPolicy policy) throws IOException {
    keep(filesKept);
  }

  /**
   * Deletes all others, for the space that their files take: the log before the latest is gone, so
   * they are of little use.
   */
  void keepOnlyLatest() throws IOException {
    keep(1);
  }

  private synchronized void keep(int kept) throws IOException {
    List<GroupSnapshot> found = files();
    GroupSnapshot current = latest;
    for (GroupSnapshot old : found.subList(Math.min(kept, found.size()), found.size())) {
      if (sent.stream()
          .noneMatch(busy -> busy.getIndex() == old.getIndex() && busy.isBeingSent())) {
        Files.deleteIfExists(old.file());
        Files.deleteIfExists(MD5FileUtil.getDigestFileForFile(old.file().toFile()).toPath());
        Directories.delete(old.attachments());
      }
    }
    sent.removeIf(busy -> busy != current && !busy.isBeingSent());
  }

  @Override
  public void format() {}

  private List<GroupSnapshot> files() throws IOException {
    List<GroupSnapshot> infos = new ArrayList<>();
    for (Path path : Directories.list(directory())) {
      Matcher matcher =
          SimpleStateMachineStorage.SNAPSHOT_REGEX.matcher(path.getFileName().toString());
      if (matcher.matches()) {
        infos.add(
            snapshot(
                path,
                MD5FileUtil.readStoredMd5ForFile(path.toFile()),
                TermIndex.valueOf(
                    Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))));
      }
    }
    infos.sort(Comparator.comparing(GroupSnapshot::getIndex).reversed());
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
