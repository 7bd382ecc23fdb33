package io.quorate.chaos.history;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Appends events to {@code history.jsonl}. Safe for any number of threads; an event costs some
 * microseconds and, once in a few thousand, a write to the disk. The clock is monotonic and begins
 * with 0 when the writer is made.
 */
public final class HistoryWriter implements AutoCloseable {

  /** The file's name in a run's folder. */
  public static final String FILE = "history.jsonl";

  private static final int BUFFER = 1 << 20;

  private final long start = System.nanoTime();
  private final AtomicLong operations = new AtomicLong();
  private final AtomicInteger channels = new AtomicInteger();
  private final AtomicInteger publishers = new AtomicInteger();
  private final AtomicLong transactions = new AtomicLong();
  private final AtomicLongArray succeeded = new AtomicLongArray(Kind.values().length);
  private final ThreadLocal<StringBuilder> lines =
      ThreadLocal.withInitial(() -> new StringBuilder(256));
  private final OutputStream out;
  private boolean closed;

  /** Begins the history of the run whose folder is given, which need not exist yet. */
  public HistoryWriter(Path folder) {
    try {
      Files.createDirectories(folder);
      out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(FILE)), BUFFER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    record(Event.phase("start").on(Instant.now().toString()));
  }

  /** Nanoseconds since the start. */
  public long now() {
    return System.nanoTime() - start;
  }

  /** A number for a new operation, from 1. */
  public long nextOperation() {
    return operations.incrementAndGet();
  }

  /** A number for a new channel, from 1. */
  public int nextChannel() {
    return channels.incrementAndGet();
  }

  /** A number for a new publisher, from 0. */
  public int nextPublisher() {
    return publishers.getAndIncrement();
  }

  /** A number for a new transaction, from 1. */
  public long nextTransaction() {
    return transactions.incrementAndGet();
  }

  /** How many operations of a kind have succeeded until now. */
  public long succeeded(Kind kind) {
    return succeeded.get(kind.ordinal());
  }

  /**
   * Appends an event, with the time of now unless it has one. Call it before the first byte leaves
   * for an {@link EventType#INVOKE}, and after the answer is there for the others. After {@link
   * #close} it does nothing: a late client thread has nothing to add.
   */
  public void record(Event event) {
    long at = event.at() == Event.UNSTAMPED ? now() : event.at();
    if (event.type() == EventType.OK) {
      succeeded.incrementAndGet(event.kind().ordinal());
    }
    StringBuilder line = lines.get();
    line.setLength(0);
    EventJson.write(event, at, line);
    byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
    try {
      synchronized (out) {
        if (!closed) {
          out.write(bytes);
          if (event.kind() == Kind.FAULT || event.kind() == Kind.PHASE) {
            out.flush();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the history cannot be written", e);
    }
  }

  @Override
  public void close() {
    try {
      synchronized (out) {
        closed = true;
        out.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the history cannot be written", e);
    }
  }
}
