package io.quorate.raftqueue.raft.ratis;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.jspecify.annotations.Nullable;

/** A snapshot on disk: the state's file, then what is attached to it. Thread-safe. */
final class GroupSnapshot extends FileListSnapshotInfo {

  /** A follower that takes longer for one piece begins again, with the latest snapshot. */
  private static final long SENDING_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Path attachments;
  private volatile long askedAt = System.nanoTime() - SENDING_NANOS;

  GroupSnapshot(List<FileInfo> files, Path attachments, TermIndex last) {
    super(files, last);
    this.attachments = attachments;
  }

  /** Ratis asks for these with every piece that it sends to a follower. */
  @Override
  public List<FileInfo> getFiles() {
    askedAt = System.nanoTime();
    return super.getFiles();
  }

  /** Whether a follower seems to be getting it: then its files must stay. */
  boolean isBeingSent() {
    return System.nanoTime() - askedAt < SENDING_NANOS;
  }

  Path file() {
    return super.getFiles().get(0).getPath();
  }

  @Nullable MD5Hash digest() {
    return super.getFiles().get(0).getFileDigest();
  }

  /** A directory; missing if nothing is attached. */
  Path attachments() {
    return attachments;
  }
}
