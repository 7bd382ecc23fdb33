package io.quorate.raftqueue.simulation;

import java.util.HashSet;
import java.util.Set;

/** Which node reaches which; one way at a time. */
final class SimNetwork {

  private final Set<Long> cut = new HashSet<>();

  private static long way(int from, int to) {
    return from * 1000L + to;
  }

  boolean reaches(int from, int to) {
    return from == to || !cut.contains(way(from, to));
  }

  boolean connected(int a, int b) {
    return reaches(a, b) && reaches(b, a);
  }

  void cut(int from, int to) {
    cut.add(way(from, to));
  }

  void heal() {
    cut.clear();
  }
}
