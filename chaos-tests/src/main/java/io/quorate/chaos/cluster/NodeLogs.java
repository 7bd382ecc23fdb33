package io.quorate.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The logs of a cluster's nodes: what in them must not be there after ordinary events. */
public final class NodeLogs {

  // An ordinary event (a client gone, a peer down, no leader) is neither an error nor worth a stack
  // trace.
  private static final Pattern OFFENCE =
      Pattern.compile(
          "^\\S+ \\S+ ERROR\\b.*|^\\s+at [\\w.$/<>]+\\(.*\\)$|^Caused by: .*|^Exception in thread .*");

  private final Path data;
  private final int nodes;
  private final long[] checked;

  NodeLogs(Path data, int nodes) {
    this.data = data;
    this.nodes = nodes;
    this.checked = new long[nodes + 1];
  }

  /** The log of a node; it may not exist yet. */
  public Path of(int node) {
    return data.resolve("node-" + node).resolve("node.log");
  }

  /** The whole text of a node's log. */
  public String read(int node) {
    return new String(bytes(node), StandardCharsets.UTF_8);
  }

  /** From here on {@link #offences} looks at what is written after this call. */
  public void forget() {
    for (int node = 1; node <= nodes; node++) {
      checked[node] = bytes(node).length;
    }
  }

  /** Errors and stack traces since {@link #forget}, each with its node and the line before it. */
  public List<String> offences() {
    List<String> found = new ArrayList<>();
    for (int node = 1; node <= nodes; node++) {
      byte[] all = bytes(node);
      int from = (int) Math.min(checked[node], all.length);
      String previous = "";
      for (String line :
          new String(all, from, all.length - from, StandardCharsets.UTF_8).split("\n")) {
        if (OFFENCE.matcher(line).find()) {
          found.add(
              "node "
                  + node
                  + ": "
                  + line
                  + (line.contains(" ERROR") ? "" : "   after: " + previous));
        } else {
          previous = line;
        }
      }
    }
    return found;
  }

  /** Copies the logs to a directory that outlives the cluster. */
  public void copyTo(Path directory) {
    try {
      Files.createDirectories(directory);
      for (int node = 1; node <= nodes; node++) {
        if (Files.exists(of(node))) {
          Files.copy(
              of(node),
              directory.resolve("node-" + node + ".log"),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] bytes(int node) {
    try {
      return Files.exists(of(node)) ? Files.readAllBytes(of(node)) : new byte[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
