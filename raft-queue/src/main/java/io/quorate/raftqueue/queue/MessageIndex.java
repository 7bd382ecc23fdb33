package io.quorate.raftqueue.queue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a queue by their first position. Positions only rise; removal may happen anywhere.
 * So one message that nobody settles costs a chunk, not what has passed since.
 */
final class MessageIndex {

  private final TreeMap<Long, Chunk> chunks = new TreeMap<>();

  /** Those that are in memory. */
  private final TreeMap<Long, Chunk> resident = new TreeMap<>();

  /** The one that was asked for last. */
  private @Nullable Chunk recent;

  private @Nullable Chunk tail;

  int size() {
    return chunks.size();
  }

  Collection<Chunk> all() {
    return chunks.values();
  }

  /** Chunks in memory, in order. */
  Collection<Chunk> resident() {
    return resident.values();
  }

  /** The chunk that has a position in its span, or null. */
  @Nullable Chunk find(long position) {
    Chunk chunk = recent;
    if (chunk != null && position >= chunk.first && position < chunk.limit()) {
      return chunk;
    }
    Map.Entry<Long, Chunk> entry = chunks.floorEntry(position);
    if (entry == null || position >= entry.getValue().limit()) {
      return null;
    }
    recent = entry.getValue();
    return recent;
  }

  /** The chunk that begins with a position, or null if it is gone. */
  @Nullable Chunk at(long first) {
    return chunks.get(first);
  }

  /** The first chunk that may have a message at or after a position. */
  @Nullable Chunk fromOn(long position) {
    Chunk chunk = find(position);
    return chunk != null ? chunk : after(position);
  }

  /** The first chunk that begins after a position. */
  @Nullable Chunk after(long position) {
    Map.Entry<Long, Chunk> entry = chunks.higherEntry(position);
    return entry == null ? null : entry.getValue();
  }

  @Nullable Chunk last() {
    return tail;
  }

  /** Adds a chunk behind all others. */
  void add(Chunk chunk) {
    chunks.put(chunk.first, chunk);
    tail = chunk;
    if (chunk.resident) {
      resident.put(chunk.first, chunk);
    }
  }

  void remove(Chunk chunk) {
    chunks.remove(chunk.first);
    resident.remove(chunk.first);
    if (recent == chunk) {
      recent = null;
    }
    if (tail == chunk) {
      Map.Entry<Long, Chunk> entry = chunks.lastEntry();
      tail = entry == null ? null : entry.getValue();
    }
  }

  /** It has come into memory, or gone from it. */
  void residencyChanged(Chunk chunk) {
    if (chunk.resident) {
      resident.put(chunk.first, chunk);
    } else {
      resident.remove(chunk.first);
    }
  }

  /** The chunk, or the copy that has taken its place because a snapshot refers to it. */
  Chunk writable(Chunk chunk) {
    if (!chunk.captured) {
      return chunk;
    }
    Chunk copy = chunk.copy();
    chunks.put(copy.first, copy);
    if (copy.resident) {
      resident.put(copy.first, copy);
    }
    if (tail == chunk) {
      tail = copy;
    }
    if (recent == chunk) {
      recent = copy;
    }
    return copy;
  }

  /** The chunks as they are now; may be read on another thread. */
  List<Chunk> capture() {
    List<Chunk> captured = new ArrayList<>(chunks.size());
    for (Chunk chunk : chunks.values()) {
      chunk.captured = true;
      captured.add(chunk);
    }
    return captured;
  }

  void clear() {
    chunks.clear();
    resident.clear();
    recent = null;
    tail = null;
  }
}
