package io.quorate.raftqueue.shard;

import io.quorate.link.v1.SubscriptionState;

/** A subscription in its leader's memory. */
final class ConsumerState {

  private final Attachment attachment;
  private final long id;
  private final long queueId;
  private final boolean autoSettle;
  private final boolean exclusive;
  private final long priority;
  private final boolean pull;
  private final long windowBytes;
  long credit;

  /** Sent to it, or about to be when it is settled, and not taken. */
  long untakenBytes;

  boolean cancelled;

  ConsumerState(Attachment attachment, SubscriptionState state) {
    this.attachment = attachment;
    this.id = state.getId();
    this.queueId = state.getQueueId();
    this.autoSettle = state.getAutoSettle();
    this.exclusive = state.getExclusive();
    this.priority = state.getPriority();
    this.pull = state.getPull();
    this.windowBytes = state.getWindowBytes() == 0 ? Long.MAX_VALUE : state.getWindowBytes();
    this.untakenBytes = state.getUntakenBytes();
    this.credit = state.getCredit();
    this.cancelled = state.getCancelled();
  }

  Attachment attachment() {
    return attachment;
  }

  long id() {
    return id;
  }

  long queueId() {
    return queueId;
  }

  boolean autoSettle() {
    return autoSettle;
  }

  boolean exclusive() {
    return exclusive;
  }

  long priority() {
    return priority;
  }

  /** Whether it counts as a consumer of its queue. */
  boolean subscribed() {
    return !pull && !cancelled;
  }

  /** Whether it can be given a message now. */
  boolean hungry() {
    return subscribed()
        && credit > 0
        && untakenBytes < windowBytes
        && attachment.connected
        && attachment.takesMore();
  }
}
