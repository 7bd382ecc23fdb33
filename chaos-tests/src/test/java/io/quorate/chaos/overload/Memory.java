package io.quorate.chaos.overload;

import io.quorate.chaos.cluster.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the processes of a cluster take of the machine's memory, as the kernel counts it. */
final class Memory {

  private Memory() {}

  /** The most that a node has had resident since its start, in MiB. */
  static long peakMiB(LocalCluster cluster, int node) {
    return kib(cluster, node, "VmHWM:") / 1024;
  }

  /** What a node has resident now, in KiB. */
  static long nowKib(LocalCluster cluster, int node) {
    return kib(cluster, node, "VmRSS:");
  }

  private static long kib(LocalCluster cluster, int node, String field) {
    try {
      List<String> lines =
          Files.readAllLines(Path.of("/proc", Long.toString(cluster.pid(node)), "status"));
      return lines.stream()
          .filter(line -> line.startsWith(field))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
