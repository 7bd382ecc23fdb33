package io.quorate.raftqueue.queue;

/** Where a chunk is to be found again: it may have changed, or be gone, when an answer comes. */
record ChunkKey(QueueState queue, long first) {}
