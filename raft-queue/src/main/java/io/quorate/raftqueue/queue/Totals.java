package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;

/** What the messages of a state amount to, in all queues together; bytes as they count. */
final class Totals {

  /** Objects and references around a message in memory; measured with a short routing key. */
  static final long MESSAGE_OVERHEAD = 256;

  /** What is kept in memory of a chunk that is paged; measured. */
  private static final long CHUNK_OVERHEAD = 256;

  /** What is kept of a body that several queues share. */
  private static final long SHARED_OVERHEAD = 80;

  /** Of all messages, counted once for each queue that holds them. */
  long bytes;

  /** Of the bodies in memory, each counted once. */
  long loadedBytes;

  /** Of chunks that are being written. */
  long writingBytes;

  /** Of chunks that are being read. */
  long readingBytes;

  /** Messages in chunks that are not in memory, and their bytes without overhead. */
  long pagedMessages;

  long pagedBytes;

  /** Of all queues and their messages ({@link Digest}). */
  long digest;

  long chunks;
  long sharedBodies;

  /** Places in chunks that are kept although the chunk is paged. */
  long keptSlots;

  /** What the messages take in memory. */
  long residentBytes() {
    return loadedBytes
        + CHUNK_OVERHEAD * chunks
        + SHARED_OVERHEAD * sharedBodies
        + Integer.BYTES * keptSlots;
  }

  /** What a message counts against memory while it is there. */
  static int sizeOf(StoredMessage message) {
    return Math.toIntExact(
        MESSAGE_OVERHEAD + message.getProperties().size() + message.getBody().size());
  }
}
