package io.quorate.chaos.workload;

import io.quorate.chaos.cluster.FileAge;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The terms and votes that a node has stored, one file of Ratis for each group: whatever happens to
 * the node, it may not forget them. One thread.
 */
final class Votes {

  private static final String FILE = "raft-meta";
  private static final int DEPTH = 6;

  private final HistoryWriter history;
  private final int node;
  private final Map<Path, String> last = new HashMap<>();

  Votes(HistoryWriter history, int node) {
    this.history = history;
    this.node = node;
  }

  /** Writes down what is new; nothing while the disk is away or a file is being replaced. */
  void look(Path data) {
    try (Stream<Path> files =
        Files.find(data, DEPTH, (path, attributes) -> path.getFileName().toString().equals(FILE))) {
      List<Path> found = files.toList();
      for (Path file : found) {
        look(data, file);
      }
    } catch (IOException | UncheckedIOException e) {
      // the next look sees it
    }
  }

  private void look(Path data, Path file) throws IOException {
    Properties stored = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      stored.load(reader);
    } catch (IllegalArgumentException e) {
      return; // garbage: it was damaged on purpose
    }
    long age = FileAge.millis(file);
    String term = stored.getProperty("term");
    String vote = stored.getProperty("votedFor", "");
    if (term == null
        || !term.matches("\\d+")
        || (term + " " + vote).equals(last.put(file, term + " " + vote))) {
      return;
    }
    history.record(
        Event.of(EventType.OK, Kind.REPLICA, 0)
            .by("observer", node, 0)
            .on(String.valueOf(data.relativize(file).getParent()))
            .count(Long.parseLong(term))
            .tag(age)
            .detail(("vote " + vote).trim()));
  }
}
