package io.quorate.raftqueue.queue;

/**
 * What applying an entry changed, told in order while it is applied. The leader keeps its memory of
 * consumers in step with it; the other replicas pass {@link #NONE}.
 */
public interface Effects {

  /** A session's operations up to {@code lastSequence} are done. */
  void sessionAdvanced(int node, long incarnation, long lastSequence);

  void enqueued(QueueState queue, long position);

  /** Settled, for good. */
  void settled(QueueState queue, long position);

  void requeued(QueueState queue, long position);

  void purged(QueueState queue, long messages);

  void horizonRaised(QueueState queue);

  void queueDeleted(QueueState queue);

  /** It was to be closed; {@link QueueState#closed} says whether that came in time. */
  void closeDecided(QueueState queue);

  /** Nobody listens. */
  Effects NONE =
      new Effects() {
        @Override
        public void sessionAdvanced(int node, long incarnation, long lastSequence) {}

        @Override
        public void enqueued(QueueState queue, long position) {}

        @Override
        public void settled(QueueState queue, long position) {}

        @Override
        public void requeued(QueueState queue, long position) {}

        @Override
        public void purged(QueueState queue, long messages) {}

        @Override
        public void horizonRaised(QueueState queue) {}

        @Override
        public void queueDeleted(QueueState queue) {}

        @Override
        public void closeDecided(QueueState queue) {}
      };
}
