package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.QueueDefinition;

/** Counts the changes of the state and passes on those of queues. */
final class Changes {

  private final MetadataListener listener;
  private long count;

  Changes(MetadataListener listener) {
    this.listener = listener;
  }

  void changed() {
    count++;
  }

  void queueDeclared(QueueDefinition queue) {
    count++;
    listener.queueDeclared(queue);
  }

  void queueDeleted(QueueDefinition queue) {
    count++;
    listener.queueDeleted(queue);
  }

  long count() {
    return count;
  }
}
