package io.quorate.raftqueue.shard;

import io.quorate.raftqueue.queue.Pages;
import io.quorate.raftqueue.queue.ShardSnapshot;
import io.quorate.raftqueue.queue.ShardState;
import io.quorate.raftqueue.raft.RaftGroup;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Files of a replica's snapshots: when one is due, how it is written beside the loop's work, and
 * how it is read.
 *
 * <p>Invariant: a snapshot that was captured is closed, whatever becomes of it; a state that is
 * read counts against the node's budget from its first message on.
 */
final class ShardSnapshots {

  /** Files that are kept for snapshots only may have so many times the log bytes of a snapshot. */
  private static final int HELD_FACTOR = 4;

  private static final int BUFFER_BYTES = 1 << 16;

  private final Executor writer;
  private final ShardPaging paging;
  private final long leastLogBytes;

  /** What the last one had to write itself. */
  private volatile long lastBytes;

  /**
   * @param leastLogBytes how much is written to the log, at the least, before the next snapshot
   */
  ShardSnapshots(Executor writer, ShardPaging paging, long leastLogBytes) {
    this.writer = writer;
    this.paging = paging;
    this.leastLogBytes = leastLogBytes;
  }

  /**
   * When the log since the last one is as long as what that had to write, beside what it found in
   * pages; or when much space waits for it. On the loop.
   */
  boolean isDue(RaftGroup group, ShardState state) {
    return group.bytesSinceSnapshot() > Math.max(leastLogBytes, lastBytes)
        || state.pages().heldBytes()
            > Math.max(HELD_FACTOR * leastLogBytes, state.pages().liveBytes() / 4);
  }

  /**
   * Has a snapshot written; any thread.
   *
   * @param onNotForced told if pages that it names are not on disk, so that the state cannot be
   *     trusted any more; on the writer's thread
   */
  void write(
      ShardSnapshot snapshot,
      Path file,
      Path attachments,
      CompletableFuture<Long> done,
      Consumer<Throwable> onNotForced) {
    try {
      writer.execute(() -> writeNow(snapshot, file, attachments, done, onNotForced));
    } catch (RejectedExecutionException e) { // the node stops
      snapshot.close();
      done.completeExceptionally(e);
    }
  }

  private void writeNow(
      ShardSnapshot snapshot,
      Path file,
      Path attachments,
      CompletableFuture<Long> done,
      Consumer<Throwable> onNotForced) {
    try (snapshot) {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)) {
        snapshot.write(out);
      }
      lastBytes = Files.size(file);
      snapshot.attach(attachments.toString());
    } catch (Pages.NotForcedException e) {
      done.completeExceptionally(e);
      onNotForced.accept(e);
      return;
    } catch (IOException | RuntimeException | Error e) {
      done.completeExceptionally(e);
      return;
    }
    done.complete(snapshot.appliedIndex());
  }

  /** A state that was read, and its count until it is in use. */
  record Restored(ShardState state, ShardPaging.Restoring restoring) {}

  /**
   * Reads a snapshot, on the caller's thread.
   *
   * @param file null for an empty state
   */
  Restored read(@Nullable Path file, @Nullable Path attachments) throws IOException {
    Pages pages = paging.newPages(attachments);
    ShardPaging.Restoring restoring = paging.restoring();
    if (file == null) {
      return new Restored(new ShardState(pages), restoring);
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
      lastBytes = Files.size(file);
      return new Restored(ShardSnapshot.read(in, pages, restoring::progress), restoring);
    } catch (IOException | RuntimeException e) {
      restoring.end();
      pages.close();
      throw e;
    }
  }
}
