package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.QueueDefinition;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps what a listener is to hear until the lock is released: a listener may take long, and may
 * read the definitions.
 */
final class QueueEvents implements MetadataListener {

  private final MetadataListener listener;
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  QueueEvents(MetadataListener listener) {
    this.listener = listener;
  }

  @Override
  public void queueDeclared(QueueDefinition queue) {
    waiting.add(() -> listener.queueDeclared(queue));
  }

  @Override
  public void queueDeleted(QueueDefinition queue) {
    waiting.add(() -> listener.queueDeleted(queue));
  }

  /** Tells the listener, in order. */
  void deliver() {
    for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
      next.run();
    }
  }
}
