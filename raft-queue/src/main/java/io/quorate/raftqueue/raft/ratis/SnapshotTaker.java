package io.quorate.raftqueue.raft.ratis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a group's snapshots in the background: the state writes a file, the file is made durable
 * and named, and Ratis's applying thread only learns of it, so that it never waits for a disk.
 */
final class SnapshotTaker {
  private static final Logger log = LoggerFactory.getLogger(SnapshotTaker.class);
  private static final long TIMEOUT_MS = 60_000;

  /** Pause after a failure, a full disk for instance: an attempt captures the whole state. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final RatisGroup group;
  private final RaftServer server;
  private final GroupStateMachine machine;
  private final SnapshotStore snapshots;
  private final ExecutorService background;
  private final AtomicBoolean busy = new AtomicBoolean();

  /** When the last attempt failed; 0 if it did not. */
  private volatile long failedAt;

  SnapshotTaker(
      RatisGroup group,
      RaftServer server,
      GroupStateMachine machine,
      SnapshotStore snapshots,
      ExecutorService background) {
    this.group = group;
    this.server = server;
    this.machine = machine;
    this.snapshots = snapshots;
    this.background = background;
  }

  /** Starts a snapshot unless one is under way or has just failed. Returns at once. */
  void take(RaftServer.Division division) {
    boolean pausing = failedAt != 0 && System.nanoTime() - failedAt < RETRY_NANOS;
    if (!pausing && busy.compareAndSet(false, true)) {
      background.execute(() -> write(division));
    }
  }

  private void write(RaftServer.Division division) {
    try {
      Path file = snapshots.newFile();
      Path attachments = snapshots.newAttachments();
      long bytes = group.bytesApplied();
      group
          .writeSnapshot(file, attachments)
          .whenCompleteAsync(
              (index, failure) -> {
                if (failure != null) {
                  done(failure);
                } else {
                  publish(division, file, attachments, index, bytes);
                }
              },
              background);
    } catch (IOException | RuntimeException e) {
      done(e);
    }
  }

  private void publish(
      RaftServer.Division division, Path file, Path attachments, long index, long bytes) {
    try {
      GroupSnapshot latest = snapshots.getLatestSnapshot();
      if (latest != null && index <= latest.getIndex()) {
        // nothing has happened since, so it was asked for because of the space that older ones hold
        snapshots.keepOnlyLatest();
        done(null);
        return;
      }
      TermIndex last = division.getRaftLog().getTermIndex(index);
      if (last == null) {
        throw new IOException("the log does not hold entry " + index + ", the snapshot's last");
      }
      machine.finished(snapshots.add(file, attachments, last));
      server
          .snapshotManagementAsync(
              SnapshotManagementRequest.newCreate(
                  group.client(), server.getId(), group.groupId(), group.nextCall(), TIMEOUT_MS, 1))
          .whenComplete(
              (reply, failure) -> {
                if (failure == null && reply.isSuccess()) {
                  group.snapshotTaken(bytes);
                  done(null);
                } else {
                  done(new IOException(RatisGroup.reason(reply, failure)));
                }
              });
    } catch (IOException | RuntimeException e) {
      done(e);
    }
  }

  private void done(@Nullable Throwable failure) {
    failedAt = failure == null ? 0 : System.nanoTime();
    busy.set(false);
    if (failure != null) {
      log.warn("group {}: no snapshot was taken: {}", group.id(), failure.toString());
    }
  }
}
