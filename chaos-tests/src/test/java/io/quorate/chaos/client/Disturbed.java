package io.quorate.chaos.client;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Runs a program to which something happens in the middle. */
final class Disturbed {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Disturbed() {}

  /**
   * Runs a program and does something to its cluster when it says that it is at work.
   *
   * @param program given the path of a file, the command that makes this file when it is at work
   * @throws AssertionError if it ends before that, or not with exit code 0
   */
  static Command.Result run(Function<Path, Command> program, Runnable disturbance)
      throws IOException {
    Path directory = Files.createTempDirectory("quorate-disturbed");
    Path file = directory.resolve("at-work");
    CompletableFuture<Command.Result> running =
        CompletableFuture.supplyAsync(() -> program.apply(file).runSuccessfully());
    try {
      Await.until("the program at work", LIMIT, () -> Files.exists(file) || running.isDone());
      if (running.isDone()) {
        throw new AssertionError("ended before anything could happen to it: " + said(running));
      }
      disturbance.run();
    } finally {
      running.exceptionally(failure -> null).join();
      Files.deleteIfExists(file);
      Files.delete(directory);
    }
    return running.join();
  }

  private static Object said(CompletableFuture<Command.Result> ended) {
    return ended.handle((result, failure) -> failure == null ? result : failure).join();
  }
}
