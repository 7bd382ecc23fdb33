package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.ConnectionBlocked;
import io.quorate.amqp.protocol.method.ConnectionUnblocked;

/**
 * What a connection has taken in and not done with yet. Over its bounds the socket is no longer
 * read; when the store is full, publishers that understand it are told why (connection.blocked).
 */
final class Intake {

  /** A store that is full for less than this is nothing to tell clients about. */
  private static final long BLOCKED_NOTICE_DELAY_MS = 500;

  private final ConnectionEngine connection;
  private final EngineContext context;
  private final long maxUnconfirmedBytes;
  private final int maxQueuedCommands;
  private final long maxQueuedBytes;
  private final long maxUnfinishedBytes;
  private final long maxTransactionBytes;
  private long unconfirmedBytes;
  private long unfinishedBytes;
  private long transactionBytes;
  private int queuedCommands;
  private long queuedBytes;
  private boolean storeFull;
  // how often the store has been full
  private int shortages;
  private boolean clientKnows;
  private boolean stopped;

  Intake(ConnectionEngine connection) {
    this.connection = connection;
    this.context = connection.context();
    this.maxUnconfirmedBytes = context.config().maxUnconfirmedBytes();
    this.maxQueuedCommands = context.config().maxQueuedCommands();
    this.maxQueuedBytes = context.config().maxQueuedBytes();
    this.maxTransactionBytes = context.config().maxTransactionBytes();
    this.maxUnfinishedBytes = 4L * context.config().maxMessageBytes() + maxUnconfirmedBytes;
  }

  /** Parts of messages that are not complete yet: more (or less, if negative) than before. */
  void unfinishedContent(int bytes) {
    unfinishedBytes += bytes;
    if (unfinishedBytes > maxUnfinishedBytes) {
      throw ProtocolException.connection(
          ReplyCode.RESOURCE_ERROR,
          "unfinished messages on all channels together hold more than %d bytes"
              .formatted(maxUnfinishedBytes));
    }
  }

  /** What transactions of all channels hold until they are committed: more than before. */
  void heldByTransactions(long bytes) {
    transactionBytes += bytes;
    if (transactionBytes > maxTransactionBytes) {
      throw Errors.precondition(
          ("transactions of this connection hold more than %d bytes (amqp.transaction-bytes);"
                  + " commit more often")
              .formatted(maxTransactionBytes));
    }
  }

  /** Transactions hold so much less than before. */
  void releasedByTransactions(long bytes) {
    transactionBytes -= bytes;
  }

  void publishStarted(long bytes) {
    unconfirmedBytes += bytes;
    if (unconfirmedBytes > maxUnconfirmedBytes) {
      connection.gate().close(ReadGate.Reason.UNCONFIRMED_BYTES);
    }
  }

  void publishFinished(long bytes) {
    unconfirmedBytes -= bytes;
    if (unconfirmedBytes <= maxUnconfirmedBytes / 2) {
      connection.gate().open(ReadGate.Reason.UNCONFIRMED_BYTES);
    }
  }

  /**
   * One more method waits for an earlier one of its channel. Published messages have a bound of
   * their own.
   */
  void commandQueued(int octets) {
    queuedCommands++;
    queuedBytes += octets;
    if (queuedCommands > maxQueuedCommands || queuedBytes > maxQueuedBytes) {
      connection.gate().close(ReadGate.Reason.QUEUED_COMMANDS);
    }
  }

  /** One waits no longer. */
  void commandTaken(int octets) {
    queuedCommands--;
    queuedBytes -= octets;
    if (queuedCommands <= maxQueuedCommands / 2 && queuedBytes <= maxQueuedBytes / 2) {
      connection.gate().open(ReadGate.Reason.QUEUED_COMMANDS);
    }
  }

  /** Called for each published message: stops reading this publisher while the store is full. */
  void holdBackIfStoreIsFull() {
    if (storeFull || stopped || context.store().isWritable()) {
      return;
    }
    storeFull = true;
    context.metrics().blocked();
    connection.gate().close(ReadGate.Reason.STORE_FULL);
    int shortage = ++shortages;
    connection.transport().schedule(BLOCKED_NOTICE_DELAY_MS, () -> tellClient(shortage));
    context.store().onWritable(() -> connection.mailbox().post(this::storeIsWritable));
  }

  /** Not if the store took something meanwhile, even if it is full again. */
  private void tellClient(int shortage) {
    if (storeFull
        && shortage == shortages
        && !stopped
        && connection.clientCan("connection.blocked")) {
      clientKnows = true;
      connection
          .transport()
          .writeMethod(0, new ConnectionBlocked(context.store().heldBackReason()));
      connection.transport().flush();
    }
  }

  private void storeIsWritable() {
    storeFull = false;
    connection.gate().open(ReadGate.Reason.STORE_FULL);
    if (clientKnows && !stopped) {
      clientKnows = false;
      connection.transport().writeMethod(0, new ConnectionUnblocked());
    }
  }

  /** The connection ends: what still comes is discarded, so nothing is held back any more. */
  void stop() {
    stopped = true;
  }
}
