package io.quorate.raftqueue.queue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a queue by position. Positions only rise; removal may happen anywhere. Kept in
 * chunks, so that one message that nobody settles costs a chunk and one reference per later chunk,
 * not every slot since.
 */
final class MessageIndex {

  private static final int CHUNK_BITS = 8;
  private static final int CHUNK_SIZE = 1 << CHUNK_BITS;

  private static final class Chunk {
    final @Nullable QueuedMessage[] slots;
    int used;

    /** A snapshot refers to it: whoever changes it, changes a copy. */
    boolean captured;

    Chunk() {
      slots = new QueuedMessage[CHUNK_SIZE];
    }

    private Chunk(Chunk other) {
      slots = other.slots.clone();
      used = other.used;
    }

    Chunk copy() {
      return new Chunk(this);
    }
  }

  /** The messages as they were at one moment; may be read on another thread. */
  static final class Captured {
    private final List<Chunk> chunks;

    private Captured(List<Chunk> chunks) {
      this.chunks = chunks;
    }

    /** The messages of each chunk in order of position; empty slots are null. */
    Iterable<QueuedMessage> messages() {
      return () ->
          chunks.stream()
              .flatMap(chunk -> Arrays.stream(chunk.slots))
              .filter(Objects::nonNull)
              .map(Objects::requireNonNull)
              .iterator();
    }
  }

  /**
   * Ring of chunks; the first is the one numbered {@code firstChunk}. An emptied chunk inside is
   * null.
   */
  private @Nullable Chunk[] ring = new Chunk[4];

  private int ringHead;
  private int ringCount;
  private long firstChunk;
  private long count;

  long count() {
    return count;
  }

  /** Chunks in use: what the messages cost beyond themselves. */
  int chunks() {
    int chunks = 0;
    for (Chunk chunk : ring) {
      if (chunk != null) {
        chunks++;
      }
    }
    return chunks;
  }

  /** References to chunks, of emptied ones too. */
  int slots() {
    return ring.length;
  }

  /** The position of the last message, or 0. */
  long lastPosition() {
    for (int i = ringCount - 1; i >= 0; i--) {
      Chunk chunk = ring[(ringHead + i) & (ring.length - 1)];
      for (int slot = CHUNK_SIZE - 1; chunk != null && slot >= 0; slot--) {
        QueuedMessage message = chunk.slots[slot];
        if (message != null) {
          return message.position();
        }
      }
    }
    return 0;
  }

  @Nullable QueuedMessage get(long position) {
    Chunk chunk = chunk(position >> CHUNK_BITS);
    return chunk == null ? null : chunk.slots[(int) (position & (CHUNK_SIZE - 1))];
  }

  /** Adds a message whose position is above all before it. */
  void append(QueuedMessage message) {
    long number = message.position() >> CHUNK_BITS;
    if (ringCount == 0) {
      firstChunk = number;
    }
    while (firstChunk + ringCount <= number) {
      addChunk(firstChunk + ringCount == number ? new Chunk() : null);
    }
    Chunk chunk = writable(number);
    if (chunk == null) { // emptied while it was the last one
      chunk = new Chunk();
      ring[(ringHead + (int) (number - firstChunk)) & (ring.length - 1)] = chunk;
    }
    chunk.slots[(int) (message.position() & (CHUNK_SIZE - 1))] = message;
    chunk.used++;
    count++;
  }

  @Nullable QueuedMessage remove(long position) {
    QueuedMessage message = get(position);
    long number = position >> CHUNK_BITS;
    Chunk chunk = message == null ? null : writable(number);
    if (message == null || chunk == null) {
      return null;
    }
    chunk.slots[(int) (position & (CHUNK_SIZE - 1))] = null;
    count--;
    if (--chunk.used == 0) {
      ring[(ringHead + (int) (number - firstChunk)) & (ring.length - 1)] = null;
      trim();
    }
    return message;
  }

  /** Puts a message in the place of the one with its position, which must be there. */
  void replace(QueuedMessage message) {
    Chunk chunk = Objects.requireNonNull(writable(message.position() >> CHUNK_BITS));
    chunk.slots[(int) (message.position() & (CHUNK_SIZE - 1))] = message;
  }

  /** What is here now: copies a reference per chunk, and each chunk when it is next changed. */
  Captured capture() {
    List<Chunk> chunks = new ArrayList<>(ringCount);
    for (int i = 0; i < ringCount; i++) {
      Chunk chunk = ring[(ringHead + i) & (ring.length - 1)];
      if (chunk != null) {
        chunk.captured = true;
        chunks.add(chunk);
      }
    }
    return new Captured(chunks);
  }

  /** The first message at or after a position, or null. */
  @Nullable QueuedMessage atOrAfter(long position) {
    if (count == 0) {
      return null;
    }
    long from = Math.max(position, firstChunk << CHUNK_BITS);
    long end = firstChunk + ringCount;
    for (long number = from >> CHUNK_BITS; number < end; number++) {
      Chunk chunk = chunk(number);
      if (chunk == null) {
        continue;
      }
      int slot = number == from >> CHUNK_BITS ? (int) (from & (CHUNK_SIZE - 1)) : 0;
      for (; slot < CHUNK_SIZE; slot++) {
        QueuedMessage message = chunk.slots[slot];
        if (message != null) {
          return message;
        }
      }
    }
    return null;
  }

  void forEach(Consumer<QueuedMessage> consumer) {
    for (int i = 0; i < ringCount; i++) {
      Chunk chunk = ring[(ringHead + i) & (ring.length - 1)];
      if (chunk == null) {
        continue;
      }
      for (QueuedMessage message : chunk.slots) {
        if (message != null) {
          consumer.accept(message);
        }
      }
    }
  }

  List<QueuedMessage> toList() {
    List<QueuedMessage> all = new ArrayList<>((int) count);
    forEach(all::add);
    return all;
  }

  private @Nullable Chunk chunk(long number) {
    if (number < firstChunk || number >= firstChunk + ringCount) {
      return null;
    }
    return ring[(ringHead + (int) (number - firstChunk)) & (ring.length - 1)];
  }

  private @Nullable Chunk writable(long number) {
    Chunk chunk = chunk(number);
    if (chunk != null && chunk.captured) {
      chunk = chunk.copy();
      ring[(ringHead + (int) (number - firstChunk)) & (ring.length - 1)] = chunk;
    }
    return chunk;
  }

  private void addChunk(@Nullable Chunk chunk) {
    if (ringCount == ring.length) {
      @Nullable Chunk[] larger = new Chunk[ring.length * 2];
      for (int i = 0; i < ringCount; i++) {
        larger[i] = ring[(ringHead + i) & (ring.length - 1)];
      }
      ring = larger;
      ringHead = 0;
    }
    ring[(ringHead + ringCount) & (ring.length - 1)] = chunk;
    ringCount++;
  }

  /** Drops emptied chunks from the front, and all of them when nothing is left. */
  private void trim() {
    while (ringCount > 0 && ring[ringHead] == null) {
      ringHead = (ringHead + 1) & (ring.length - 1);
      firstChunk++;
      ringCount--;
    }
    if (ringCount == 0 && ring.length > 4) {
      ring = new Chunk[4];
      ringHead = 0;
    }
  }
}
