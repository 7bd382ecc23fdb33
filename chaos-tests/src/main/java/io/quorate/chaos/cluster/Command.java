package io.quorate.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A program that is run to its end. Immutable; each {@code with} gives another one. */
public record Command(
    List<String> arguments,
    Map<String, String> environment,
    Duration timeout,
    @Nullable Path directory) {

  /**
   * How it ended.
   *
   * @param exitCode what it returned
   * @param out all of its standard output
   * @param err all of its standard error
   */
  public record Result(int exitCode, String out, String err) {

    /** Both outputs, for messages. */
    public String output() {
      return out + (err.isEmpty() ? "" : "\n[stderr]\n" + err);
    }
  }

  /** A command that may take half a minute. */
  public static Command of(String... arguments) {
    return of(List.of(arguments));
  }

  /** A command that may take half a minute. */
  public static Command of(List<String> arguments) {
    return new Command(List.copyOf(arguments), Map.of(), Duration.ofSeconds(30), null);
  }

  public Command withTimeout(Duration limit) {
    return new Command(arguments, environment, limit, directory);
  }

  public Command withEnvironment(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(variables);
    return new Command(arguments, Map.copyOf(all), timeout, directory);
  }

  public Command withDirectory(Path where) {
    return new Command(arguments, environment, timeout, where);
  }

  /**
   * Runs it without input.
   *
   * @throws AssertionError if it does not end in time; it and its children are killed then
   */
  public Result run() {
    Path out = null;
    Path err = null;
    try {
      // Files, not pipes: a child that outlives the command would keep a pipe open and us waiting.
      out = Files.createTempFile("quorate-command", ".out");
      err = Files.createTempFile("quorate-command", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(new ArrayList<>(arguments))
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      if (directory != null) {
        builder.directory(directory.toFile());
      }
      Process process = builder.start();
      boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      }
      Result result = new Result(ended ? process.exitValue() : -1, read(out), read(err));
      if (!ended) {
        throw new AssertionError(
            String.join(" ", arguments)
                + " did not end within "
                + timeout
                + "\n"
                + result.output());
      }
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + arguments, e);
    } finally {
      delete(out);
      delete(err);
    }
  }

  /**
   * Runs it and expects exit code 0.
   *
   * @throws AssertionError with its output if it ends otherwise
   */
  public Result runSuccessfully() {
    Result result = run();
    if (result.exitCode() != 0) {
      throw new AssertionError(
          String.join(" ", arguments)
              + " ended with "
              + result.exitCode()
              + "\n"
              + result.output());
    }
    return result;
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private static void delete(@Nullable Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
