package io.quorate.chaos.check;

import io.quorate.chaos.check.Disturbances.Fault;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Times without a confirm at healthy nodes, as long as these are a majority. A node is healthy when
 * no fault harms it, nor did a moment ago. Judged from the first confirm on, instant by instant.
 */
final class Silence {

  /** Far above what a failover takes, for machines that are busy with other things. */
  private static final long LIMIT_NANOS = 10_000_000_000L;

  /** After there was no majority: nodes start, and elect a leader. */
  private static final long RECOVERY_LIMIT_NANOS = 30_000_000_000L;

  private final List<Fault> faults;
  private final Set<Integer> nodes;
  private final String of;
  private final Findings findings;

  /** When faults begin or cease to matter. */
  private final TreeSet<Long> changes = new TreeSet<>();

  private final Set<Integer> hurt = new TreeSet<>();

  /** Since when something is under way at a node, healthy ever since. */
  private final Map<Integer, Long> waiting = new TreeMap<>();

  private long first = -1;
  private long now;
  private long silentSince;
  private boolean recovering;
  private long judged;
  private long longest;
  private long longestRecovery;
  private boolean tooLong;

  /**
   * @param faults that the nodes suffer
   * @param nodes of the cluster
   * @param of what is confirmed, in words that follow "a confirm"; if empty, whatever it is: that
   *     nobody can even publish is a silence too, while of one queue it is only if somebody did
   */
  Silence(List<Fault> faults, Set<Integer> nodes, String of, Findings findings) {
    this.faults = faults;
    this.nodes = nodes;
    this.of = of;
    this.findings = findings;
    for (Fault fault : faults) {
      changes.add(fault.from());
      changes.add(fault.to() + Disturbances.AFTER_NANOS);
    }
  }

  /** Something is published, in the order of the times of these and of confirms. */
  void attempted(int node, long at) {
    if (first >= 0) {
      advance(at);
      if (!hurt.contains(node)) {
        waiting.putIfAbsent(node, at);
      }
    }
  }

  /** A confirm. */
  void confirmed(int node, long at) {
    if (first < 0) {
      first = at;
      now = at;
      silentSince = at;
      lookAtNodes();
      return;
    }
    advance(at);
    if (!hurt.contains(node)) {
      close();
      recovering = false;
    }
  }

  /**
   * The end of what is judged.
   *
   * @param at when publishers stopped; -1 if nobody knows
   */
  void ends(long at) {
    if (first < 0) {
      return;
    }
    advance(Math.max(at, now));
    close();
  }

  /** Notes how long they were. */
  void tell() {
    if (first < 0) {
      return;
    }
    findings.figure("longest time without a confirm", Times.millis(longest));
    findings.figure("the same after there was no majority", Times.millis(longestRecovery));
    findings.figure(
        ClusterIsAvailable.JUDGED, Times.seconds(judged) + " of " + Times.seconds(now - first));
  }

  /** The longest one while a majority was there, and had been. */
  long longest() {
    return longest;
  }

  boolean anyTooLong() {
    return tooLong;
  }

  private boolean hasMajority() {
    return 2 * hurt.size() < nodes.size();
  }

  private void advance(long to) {
    Long change;
    while ((change = changes.higher(now)) != null && change <= to) {
      pass(change);
      lookAtNodes();
    }
    pass(to);
  }

  private void pass(long to) {
    judged += hasMajority() ? to - now : 0;
    now = to;
  }

  private void lookAtNodes() {
    boolean before = hasMajority();
    Set<Integer> victims = new TreeSet<>();
    for (Fault fault : faults) {
      if (fault.from() <= now && now < fault.to() + Disturbances.AFTER_NANOS) {
        victims.addAll(fault.victims());
      }
    }
    boolean after = 2 * victims.size() < nodes.size();
    if (before && !after) {
      close();
    }
    hurt.clear();
    hurt.addAll(victims);
    waiting.keySet().removeAll(victims);
    if (!after) {
      recovering = true;
    } else if (!before) {
      silentSince = now;
    }
  }

  private long waitingSince() {
    return waiting.values().stream().mapToLong(Long::longValue).min().orElse(now);
  }

  /** A silence ends here; nobody has to answer for one without a majority. */
  private void close() {
    long since = of.isEmpty() ? silentSince : Math.max(silentSince, waitingSince());
    long silence = hasMajority() ? now - since : 0;
    if (recovering) {
      longestRecovery = Math.max(longestRecovery, silence);
    } else {
      longest = Math.max(longest, silence);
    }
    if (silence > (recovering ? RECOVERY_LIMIT_NANOS : LIMIT_NANOS)) {
      tooLong = true;
      findings.violation(
          "no confirm%s at any healthy node for %s from %s on, with a majority of them%s"
              .formatted(
                  of,
                  Times.millis(silence),
                  Times.seconds(since),
                  recovering ? ", after there had been none" : ""));
    }
    silentSince = now;
    waiting.clear();
  }
}
