package io.quorate.raftqueue.api;

/** How an operation that was sent to a shard ended; from the best to the worst. */
public enum Outcome {
  /**
   * A majority of the shard's replicas has it on disk (a queue deleted meanwhile counts as accepted
   * too).
   */
  ACCEPTED,
  /** The queue refused it (a limit with {@code reject-publish}, for instance); it is not queued. */
  REJECTED,
  /** The store closed before an answer came: it may or may not have happened. */
  UNKNOWN
}
