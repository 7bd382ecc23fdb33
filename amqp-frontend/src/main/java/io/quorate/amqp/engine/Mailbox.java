package io.quorate.amqp.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what happens on other threads to a connection's own thread, in the order of posting. Only
 * the mail that finds the box empty wakes the thread, so that a burst of confirms or deliveries
 * costs one wake-up and one flush. {@link #post} is thread-safe and does not allocate.
 */
final class Mailbox {

  private final AtomicReference<@Nullable Mail> newest = new AtomicReference<>();
  private final Executor connectionThread;
  private final Runnable drain;

  /**
   * @param connectionThread runs a task later on the connection's thread; may refuse when the
   *     server is down, the mail is dropped then
   * @param drain calls {@link #deliverAll} and what has to follow a burst
   */
  Mailbox(Executor connectionThread, Runnable drain) {
    this.connectionThread = connectionThread;
    this.drain = drain;
  }

  void post(Mail mail) {
    Mail head;
    do {
      head = newest.get();
      mail.previous = head;
    } while (!newest.compareAndSet(head, mail));
    if (head == null) {
      connectionThread.execute(drain);
    }
  }

  /** Runs a task on the connection's thread; for what is rare. */
  void post(Runnable task) {
    post(new Task(task));
  }

  /** Hands the result of a future to {@code then} on the connection's thread; errors unwrapped. */
  <T> void post(
      CompletableFuture<T> future,
      BiConsumer<? super @Nullable T, ? super @Nullable Throwable> then) {
    future.whenComplete((value, error) -> post(new Reply<T>(value, error, then)));
  }

  /**
   * Delivers what was posted so far, oldest first. On the connection's thread only.
   *
   * @param failed told of each mail that throws; the others are delivered all the same
   */
  void deliverAll(Consumer<RuntimeException> failed) {
    Mail newestFirst = newest.getAndSet(null);
    Mail oldestFirst = null;
    while (newestFirst != null) {
      Mail next = newestFirst.previous;
      newestFirst.previous = oldestFirst;
      oldestFirst = newestFirst;
      newestFirst = next;
    }
    while (oldestFirst != null) {
      Mail next = oldestFirst.previous;
      oldestFirst.previous = null;
      try {
        oldestFirst.deliver();
      } catch (RuntimeException e) {
        failed.accept(e);
      }
      oldestFirst = next;
    }
  }

  private static final class Task extends Mail {
    private final Runnable task;

    Task(Runnable task) {
      this.task = task;
    }

    @Override
    void deliver() {
      task.run();
    }
  }

  private static final class Reply<T> extends Mail {
    private final @Nullable T value;
    private final @Nullable Throwable error;
    private final BiConsumer<? super @Nullable T, ? super @Nullable Throwable> then;

    Reply(
        @Nullable T value,
        @Nullable Throwable error,
        BiConsumer<? super @Nullable T, ? super @Nullable Throwable> then) {
      this.value = value;
      this.error = error;
      this.then = then;
    }

    @Override
    void deliver() {
      then.accept(value, error);
    }
  }
}
