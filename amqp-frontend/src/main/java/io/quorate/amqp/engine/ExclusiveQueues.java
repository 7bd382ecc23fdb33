package io.quorate.amqp.engine;

import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.QueueStore;
import java.util.concurrent.CompletableFuture;

/**
 * Deletes the exclusive queues of a connection that has ended, again and again until it is done.
 */
final class ExclusiveQueues {

  private static final long RETRY_MS = 5_000;

  private ExclusiveQueues() {}

  /** The future completes after the first attempt, whatever came of it. */
  static CompletableFuture<Void> delete(QueueStore store, String owner, Transport timer) {
    return attempt(store, owner, timer);
  }

  private static CompletableFuture<Void> attempt(QueueStore store, String owner, Transport timer) {
    return store
        .define(new DefinitionCommand.ConnectionClosed(owner))
        .handle(
            (done, error) -> {
              if (error != null) {
                timer.execute(
                    () -> timer.scheduleBeyondClose(RETRY_MS, () -> attempt(store, owner, timer)));
              }
              return null;
            });
  }
}
