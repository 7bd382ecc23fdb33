package io.quorate.chaos.workload;

import io.quorate.chaos.cluster.RaftMeta;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.HistoryWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The terms and votes that a node has stored, one file of Ratis for each group: whatever happens to
 * the node, it may not forget them. One thread.
 */
final class Votes {

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
        Files.find(
            data,
            DEPTH,
            (path, attributes) -> path.getFileName().toString().equals(RaftMeta.FILE))) {
      List<Path> found = files.toList();
      for (Path file : found) {
        look(data, file);
      }
    } catch (IOException | UncheckedIOException e) {
      // the next look sees it
    }
  }

  private void look(Path data, Path file) throws IOException {
    RaftMeta stored;
    try {
      stored = RaftMeta.read(file);
    } catch (IllegalArgumentException e) {
      return; // garbage: it was damaged on purpose
    }
    if (stored.term().isEmpty()) {
      return;
    }
    long term = stored.term().getAsLong();
    String vote = stored.vote();
    if ((term + " " + vote).equals(last.put(file, term + " " + vote))) {
      return;
    }
    String group = String.valueOf(data.relativize(file).getParent());
    history.record(Event.vote("observer", node, group, term, vote, stored.ageMillis()));
  }
}
