package io.quorate.raftqueue.raft.ratis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a group's log segments and vote file. Ratis forces those files but never the
 * directory, so that a power cut could undo a vote's rename or lose a new segment; and on a full
 * disk it gives up the last vote for one that is not written. Thread-safe.
 */
final class LogDirectory {
  /** Two changes within this time may carry the same modification time. */
  private static final long CLOCK_GRAIN_MS = 20;

  private final Path path;
  private final VoteFiles votes;
  private @Nullable Long forcedAtMs;

  LogDirectory(Path path) {
    this.path = path;
    this.votes = new VoteFiles(path);
  }

  Path path() {
    return path;
  }

  synchronized void force() throws IOException {
    votes.keep();
    long modifiedMs = Files.getLastModifiedTime(path).toMillis();
    Directories.force(path);
    forcedAtMs = System.currentTimeMillis() - modifiedMs > CLOCK_GRAIN_MS ? modifiedMs : null;
  }

  /** Forces if a file came, went or was renamed since; else costs one look at the directory. */
  synchronized void forceIfChanged() throws IOException {
    Long forced = forcedAtMs;
    if (forced == null || forced != Files.getLastModifiedTime(path).toMillis()) {
      force();
    }
  }
}
