package io.quorate.chaos.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What was done to a cluster in words, in {@code faults.log} of the run's folder, and what its
 * nodes did that they should not: that goes into the history too, and makes a run fail. Safe for
 * any number of threads.
 */
public final class Remarks {

  /** The file's name in a run's folder. */
  public static final String FILE = "faults.log";

  private final Path file;
  private final boolean echo;
  private final long start = System.nanoTime();
  private final List<String> misbehaviours = new ArrayList<>();
  private Consumer<String> listener = text -> {};
  private final Map<String, Integer> done = new TreeMap<>();
  private final Map<String, Integer> notDone = new TreeMap<>();

  /**
   * Begins the file.
   *
   * @param echo whether everything is printed too
   */
  public Remarks(Path folder, boolean echo) {
    this.file = folder.resolve(FILE);
    this.echo = echo;
  }

  /** Notes something. */
  public synchronized void say(String text) {
    double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
    String line = String.format(Locale.ROOT, "%8.3f  %s", seconds, text);
    if (echo) {
      System.out.println(line);
    }
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has somebody told of each misbehaviour from now on. */
  synchronized void listen(Consumer<String> told) {
    listener = told;
  }

  /** Notes what a node did that it should not. */
  public synchronized void misbehaviour(String text) {
    misbehaviours.add(text);
    listener.accept(text);
    say("MISBEHAVIOUR: " + text);
  }

  synchronized void countDone(String fault) {
    done.merge(fault, 1, Integer::sum);
  }

  synchronized void countNotDone(String fault) {
    notDone.merge(fault, 1, Integer::sum);
  }

  public synchronized List<String> misbehaviours() {
    return List.copyOf(misbehaviours);
  }

  /** How often each fault was done. */
  public synchronized Map<String, Integer> done() {
    return new TreeMap<>(done);
  }

  /** How often each fault was tried when it was not possible. */
  public synchronized Map<String, Integer> notDone() {
    return new TreeMap<>(notDone);
  }
}
