package io.quorate.node;

import io.quorate.node.config.Configuration;
import io.quorate.node.config.Settings;
import io.quorate.node.lifecycle.ExitCode;
import io.quorate.node.lifecycle.Health;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.store.ReplicatedStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until the store can serve, and sees to it that there is a user. Without a time limit: the
 * other nodes of a cluster may be started later.
 */
final class StoreReadiness {

  private static final Logger LOG = LoggerFactory.getLogger("Node");
  private static final long POLL_MS = 20;
  private static final long REPORT_MS = 5_000;

  private final ReplicatedStore store;
  private final Health health;
  private final Configuration settings;

  StoreReadiness(ReplicatedStore store, Health health, Configuration settings) {
    this.store = store;
    this.health = health;
    this.settings = settings;
  }

  /** Blocks until clients can be served; false if {@code stop} came first. */
  boolean await(CompletableFuture<ExitCode> stop) {
    long nextReport = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REPORT_MS);
    while (!stopped(stop)) {
      if (store.ready() && ensureUser(stop)) {
        return true;
      }
      if (System.nanoTime() - nextReport > 0) {
        LOG.info("waiting: {}", String.join("; ", health.missingFromStore()));
        nextReport = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REPORT_MS);
      }
    }
    return false;
  }

  /** Waits a moment for the stop. */
  private static boolean stopped(CompletableFuture<ExitCode> stop) {
    try {
      stop.get(POLL_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    } catch (ExecutionException e) {
      return true;
    }
  }

  /** False if the store could not answer (any more) or the node is to stop: to be tried again. */
  private boolean ensureUser(CompletableFuture<ExitCode> stop) {
    CompletableFuture<Void> done =
        store
            .queues()
            .refreshDefinitions()
            .thenCompose(
                refreshed ->
                    store.definitions().hasUsers()
                        ? CompletableFuture.completedFuture(null)
                        : createUser());
    try {
      CompletableFuture.anyOf(done, stop).join();
      return done.isDone();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        LOG.info("waiting: {}", refused.getMessage());
        return false;
      }
      throw e;
    }
  }

  /** Several nodes may do this at once: all put the same. */
  private CompletableFuture<Void> createUser() {
    String user = settings.get(Settings.DEFAULT_USER);
    return store
        .queues()
        .define(new DefinitionCommand.PutUser(user, settings.get(Settings.DEFAULT_PASSWORD)))
        .thenAccept(result -> LOG.info("the cluster has no users: created '{}'", user));
  }
}
