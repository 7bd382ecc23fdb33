package io.quorate.chaos.sut;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Does the same to several at the same moment, as nearly as a machine can. */
public final class Together {

  private Together() {}

  /**
   * Runs the action for each on a thread of its own; returns when all are done.
   *
   * @throws IllegalStateException with the first failure, after all have ended
   */
  public static <T> void each(Collection<T> all, Consumer<T> action) {
    if (all.size() == 1) {
      action.accept(all.iterator().next());
      return;
    }
    if (all.isEmpty()) {
      return;
    }
    ExecutorService threads = Executors.newFixedThreadPool(all.size());
    try {
      List<Future<?>> running = new ArrayList<>();
      for (T one : all) {
        running.add(threads.submit(() -> action.accept(one)));
      }
      awaitAll(running);
    } finally {
      threads.shutdownNow();
    }
  }

  private static void awaitAll(List<Future<?>> running) {
    Throwable failure = null;
    for (Future<?> one : running) {
      try {
        one.get();
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
    if (failure != null) {
      throw new IllegalStateException(failure.getMessage(), failure);
    }
  }
}
