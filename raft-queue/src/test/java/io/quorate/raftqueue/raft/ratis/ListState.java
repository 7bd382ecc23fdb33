package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.raft.ReplicatedState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An append-only list of entries; an entry is its length and, if short, its text. Its snapshots
 * have further files.
 */
final class ListState implements ReplicatedState {
  private final List<String> entries = new ArrayList<>();
  private final List<Object> contexts = new ArrayList<>();
  private final List<String> events = new ArrayList<>();
  private long lastIndex = -1;
  private int restores;
  private int snapshots;

  static String text(ByteBuffer bytes) {
    return bytes.remaining() > 200
        ? bytes.remaining() + " bytes"
        : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  @Override
  public synchronized CompletableFuture<Void> apply(
      long term, long index, ByteBuffer entry, @Nullable Object context) {
    if (index <= lastIndex) {
      throw new IllegalStateException(index + " applied after " + lastIndex);
    }
    lastIndex = index;
    entries.add(text(entry));
    if (context != null) {
      contexts.add(context);
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized void onLeaderReady(long term) {
    events.add("ready");
  }

  @Override
  public synchronized void onLeadershipLost() {
    events.add("lost");
  }

  @Override
  public synchronized void onLeaderChanged(@Nullable Integer leaderNode) {
    events.add("leader " + leaderNode);
  }

  @Override
  public synchronized CompletableFuture<Long> writeSnapshot(Path file, Path attachments) {
    snapshots++;
    try {
      List<String> lines = new ArrayList<>(entries);
      lines.add(0, Long.toString(lastIndex));
      Files.write(file, lines);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.createDirectories(attachments);
      Files.writeString(attachments.resolve("last"), Long.toString(lastIndex));
      Files.write(attachments.resolve("large"), new byte[100_000]);
      return CompletableFuture.completedFuture(lastIndex);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public synchronized void restore(
      @Nullable Path file, @Nullable Path attachments, long term, long index) throws IOException {
    restores++;
    entries.clear();
    lastIndex = -1;
    if (file != null) {
      List<String> lines = Files.readAllLines(file);
      lastIndex = Long.parseLong(lines.get(0));
      if (lastIndex != index) {
        throw new IOException("snapshot of " + lastIndex + " restored as " + index);
      }
      entries.addAll(lines.subList(1, lines.size()));
      if (attachments == null
          || !Files.readString(attachments.resolve("last")).equals(lines.get(0))
          || Files.size(attachments.resolve("large")) != 100_000) {
        throw new IOException("what was attached to snapshot " + file + " is not there");
      }
    }
  }

  @Override
  public synchronized void onLogFailed(Throwable cause) {
    events.add("failed " + cause);
  }

  synchronized List<String> entries() {
    return List.copyOf(entries);
  }

  synchronized int size() {
    return entries.size();
  }

  synchronized List<Object> contexts() {
    return List.copyOf(contexts);
  }

  synchronized List<String> events() {
    return List.copyOf(events);
  }

  synchronized int restores() {
    return restores;
  }

  synchronized int snapshots() {
    return snapshots;
  }
}
