package io.quorate.chaos.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.LocalCluster;

/** What nodes may take, whatever is asked of them. */
final class Bounds {

  /**
   * The heap (512 MiB), the write buffers of Raft (18 MiB for each of up to four groups), buffers
   * of sockets, and what the JVM takes for itself.
   */
  private static final long PEAK_MIB = Long.getLong("quorate.overload.peak.mib", 1_000);

  private Bounds() {}

  static void assertPeak(LocalCluster cluster, int node) {
    assertThat(Memory.peakMiB(cluster, node))
        .as("MiB that node %d has had resident", node)
        .isLessThan(PEAK_MIB);
  }
}
