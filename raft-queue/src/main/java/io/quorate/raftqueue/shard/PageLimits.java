package io.quorate.raftqueue.shard;

/**
 * Bounds of what a node pages out and reads back.
 *
 * @param loadedBytes of bodies in memory, of all replicas together, above which they are paged out
 * @param readAheadBytes of each queue's next messages that are spared, and read ahead
 * @param readingBytes of each replica that may be on their way from the disk ahead of need
 * @param writingBytes of each replica that may be on their way to the disk; they are in memory
 *     meanwhile
 * @param checkedBytesPerSecond of all replicas together that are read to see whether they can be; 0
 *     for none
 */
public record PageLimits(
    long loadedBytes,
    long readAheadBytes,
    long readingBytes,
    long writingBytes,
    long checkedBytesPerSecond) {

  /** With the default settings but for the bytes above which bodies are paged out. */
  public static PageLimits of(long loadedBytes) {
    return new PageLimits(loadedBytes, 1L << 20, 8L << 20, 8L << 20, 1L << 20);
  }

  /** These limits with another {@code checkedBytesPerSecond}. */
  public PageLimits withCheckedBytesPerSecond(long bytes) {
    return new PageLimits(loadedBytes, readAheadBytes, readingBytes, writingBytes, bytes);
  }

  /** These limits with another {@code loadedBytes}. */
  public PageLimits withLoadedBytes(long bytes) {
    return new PageLimits(bytes, readAheadBytes, readingBytes, writingBytes, checkedBytesPerSecond);
  }
}
