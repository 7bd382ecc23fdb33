package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.QueueDefinition;

/**
 * Learns which queues come and go, in the order of the log, on the thread that applies. Not called
 * for what a restore brings: compare all queues then.
 */
public interface MetadataListener {

  MetadataListener NONE =
      new MetadataListener() {
        @Override
        public void queueDeclared(QueueDefinition queue) {}

        @Override
        public void queueDeleted(QueueDefinition queue) {}
      };

  void queueDeclared(QueueDefinition queue);

  void queueDeleted(QueueDefinition queue);
}
