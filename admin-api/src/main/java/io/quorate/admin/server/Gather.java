package io.quorate.admin.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Asks many for an answer each, no more than some at once, without a thread that waits. */
final class Gather {

  private Gather() {}

  /**
   * The answers in the order of the items; fails as soon as one of them fails.
   *
   * @param limit how many may be under way at once, 1 and up
   */
  static <A, B> CompletableFuture<List<B>> all(
      List<A> items, int limit, Executor executor, Function<A, CompletableFuture<B>> ask) {
    Run<A, B> run = new Run<>(items, executor, ask);
    CompletableFuture<?>[] lanes =
        IntStream.range(0, Math.min(limit, items.size()))
            .mapToObj(lane -> run.lane())
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture<List<B>> result = new CompletableFuture<>();
    Arrays.stream(lanes)
        .forEach(
            lane ->
                lane.whenComplete(
                    (done, error) -> {
                      if (error != null) {
                        result.completeExceptionally(error);
                      }
                    }));
    CompletableFuture.allOf(lanes).thenRun(() -> result.complete(run.answers()));
    return result;
  }

  private static final class Run<A, B> {
    private final List<A> items;
    private final Executor executor;
    private final Function<A, CompletableFuture<B>> ask;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReferenceArray<B> answers;

    Run(List<A> items, Executor executor, Function<A, CompletableFuture<B>> ask) {
      this.items = items;
      this.executor = executor;
      this.ask = ask;
      this.answers = new AtomicReferenceArray<>(items.size());
    }

    CompletableFuture<Void> lane() {
      CompletableFuture<Void> done = new CompletableFuture<>();
      step(done);
      return done;
    }

    /** Loops over answers that are there at once, so that a long list makes no deep stack. */
    private void step(CompletableFuture<Void> done) {
      try {
        for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
          int index = i;
          CompletableFuture<B> answer = ask.apply(items.get(index));
          if (!answer.isDone()) {
            answer.whenCompleteAsync(
                (value, error) -> {
                  if (error != null) {
                    done.completeExceptionally(error);
                  } else {
                    answers.set(index, value);
                    step(done);
                  }
                },
                executor);
            return;
          }
          answers.set(index, answer.join());
        }
        done.complete(null);
      } catch (RuntimeException e) {
        done.completeExceptionally(e);
      }
    }

    List<B> answers() {
      List<B> list = new ArrayList<>(items.size());
      for (int i = 0; i < items.size(); i++) {
        list.add(answers.get(i));
      }
      return list;
    }
  }
}
