package io.quorate.admin.server;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorate.raftqueue.api.RefusedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns futures into gRPC answers, and what went wrong into status codes. */
final class Replies {

  private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

  private final AdminConfig config;
  private final Executor executor;

  Replies(AdminConfig config, Executor executor) {
    this.config = config;
    this.executor = executor;
  }

  /**
   * The times a call has.
   *
   * @param callMs until the whole call fails
   * @param statsMs until it goes on without the figures that are missing
   */
  record Budget(long callMs, long statsMs) {}

  /** Runs a call and sends what its future brings. */
  <T> void answer(StreamObserver<T> observer, Function<Budget, CompletableFuture<T>> call) {
    if (observer instanceof ServerCallStreamObserver<T> stream) {
      // With a handler set, an answer that comes after the caller has gone is dropped quietly.
      stream.setOnCancelHandler(() -> {});
    }
    Budget budget = budget();
    CompletableFuture<T> future = guarded(() -> call.apply(budget));
    future
        .copy()
        .orTimeout(budget.callMs(), TimeUnit.MILLISECONDS)
        .handleAsync((value, error) -> send(observer, budget, value, error), executor)
        .whenComplete(
            (sent, error) -> {
              // Rejected: the server has closed meanwhile.
              if (error != null && !(unwrap(error) instanceof RejectedExecutionException)) {
                LOG.error("an admin answer could not be sent", error);
              }
            });
  }

  private static <T> CompletableFuture<T> guarded(Supplier<CompletableFuture<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static <T> boolean send(
      StreamObserver<T> observer, Budget budget, @Nullable T value, @Nullable Throwable error) {
    if (value != null) {
      observer.onNext(value);
      observer.onCompleted();
    } else {
      observer.onError(status(error, budget));
    }
    return true;
  }

  /** Three quarters of the caller's time for the figures leave one for the way back. */
  private Budget budget() {
    Deadline deadline = Context.current().getDeadline();
    long callMs = config.requestTimeoutMs();
    if (deadline != null) {
      callMs = Math.min(callMs, Math.max(1, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
    }
    return new Budget(callMs, Math.max(1, Math.min(config.statsTimeoutMs(), callMs * 3 / 4)));
  }

  private static StatusException status(@Nullable Throwable raw, Budget budget) {
    Throwable error = unwrap(raw);
    if (error instanceof StatusRuntimeException e) {
      return new StatusException(e.getStatus());
    }
    if (error instanceof RefusedException e) {
      return code(e.reason()).withDescription(e.getMessage()).asException();
    }
    if (error instanceof TimeoutException) {
      return Status.DEADLINE_EXCEEDED
          .withDescription("no result within " + budget.callMs() + " ms; allow more time")
          .asException();
    }
    LOG.error("an admin call failed in a way that nobody foresaw", error);
    return Status.INTERNAL
        .withDescription("unexpected error (" + error + "); the node's log has the details")
        .asException();
  }

  private static Status code(RefusedException.Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> Status.NOT_FOUND;
      case PRECONDITION_FAILED, RESOURCE_LOCKED -> Status.FAILED_PRECONDITION;
      case ACCESS_REFUSED -> Status.PERMISSION_DENIED;
      case UNAVAILABLE -> Status.UNAVAILABLE;
    };
  }

  static Throwable unwrap(@Nullable Throwable error) {
    Throwable e = error == null ? new IllegalStateException("no result and no error") : error;
    while (e instanceof CompletionException && e.getCause() != null) {
      e = e.getCause();
    }
    return e;
  }

  static StatusRuntimeException invalid(String text) {
    return Status.INVALID_ARGUMENT.withDescription(text).asRuntimeException();
  }

  static StatusRuntimeException notFound(String text) {
    return Status.NOT_FOUND.withDescription(text).asRuntimeException();
  }

  static StatusRuntimeException precondition(String text) {
    return Status.FAILED_PRECONDITION.withDescription(text).asRuntimeException();
  }
}
