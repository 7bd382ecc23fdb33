package io.quorate.chaos.mutation;

import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.nio.file.Path;

/**
 * Where a script is played.
 *
 * @param queue whose leader is meant
 * @param folder of the run
 */
record Scene(ClusterUnderTest cluster, HistoryWriter history, String queue, Path folder) {

  int leader() {
    return cluster.leaderOf(queue);
  }

  /** Does something that the history has as a fault. */
  void during(String fault, String target, Runnable what) {
    history.record(Event.fault(fault, target, true));
    try {
      what.run();
    } finally {
      history.record(Event.fault(fault, target, false));
    }
  }
}
