package io.quorate.chaos.fault;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sees from the logs of nodes whether one of them sends a snapshot to another one at the moment:
 * the sender says so when it begins and when it has the last answer. One thread.
 */
final class SnapshotWatch {

  /** By whom, of which group, to whom. */
  private static final Pattern LINE =
      Pattern.compile(
          " n\\d+@(group-\\w+)->n(\\d+)-\\w+: (sends )?snapshot \\(\\S+ \\S+\\)( is installed)?$");

  /**
   * A snapshot under way.
   *
   * @param sender the node that sends it
   * @param group as the log has it
   */
  record Transfer(int sender, String group) {}

  private final int receiver;
  private final Map<Integer, Tail> tails = new TreeMap<>();
  private final Map<Transfer, Boolean> underWay = new LinkedHashMap<>();

  /**
   * Sees what is written from now on.
   *
   * @param logs of the nodes that may send, by their numbers
   * @param receiver the node that is to get a snapshot
   */
  SnapshotWatch(Map<Integer, Path> logs, int receiver) {
    this.receiver = receiver;
    logs.forEach((node, log) -> tails.put(node, new Tail(log)));
  }

  /** A snapshot that is being sent and of which the sender has not said that it is installed. */
  Optional<Transfer> look() {
    tails.forEach((sender, tail) -> tail.next().forEach(line -> take(sender, line)));
    return underWay.entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private void take(int sender, String line) {
    Matcher matcher = LINE.matcher(line);
    if (matcher.find() && Integer.parseInt(matcher.group(2)) == receiver) {
      underWay.put(new Transfer(sender, matcher.group(1)), matcher.group(3) != null);
    }
  }

  /** What is appended to a file. */
  private static final class Tail {
    private final Path file;
    private long at;
    private String rest = "";

    Tail(Path file) {
      this.file = file;
      try {
        at = Files.exists(file) ? Files.size(file) : 0;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    List<String> next() {
      List<String> lines = new ArrayList<>();
      if (!Files.exists(file)) {
        return lines;
      }
      try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "r")) {
        byte[] bytes = new byte[(int) Math.max(0, opened.length() - at)];
        opened.seek(at);
        opened.readFully(bytes);
        at += bytes.length;
        rest += new String(bytes, StandardCharsets.ISO_8859_1);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      int end;
      while ((end = rest.indexOf('\n')) >= 0) {
        lines.add(rest.substring(0, end));
        rest = rest.substring(end + 1);
      }
      return lines;
    }
  }
}
