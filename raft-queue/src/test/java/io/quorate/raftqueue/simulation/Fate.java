package io.quorate.raftqueue.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of one message in one queue. */
final class Fate {
  final long queue;
  final long position;
  final String payload;
  final long index;
  final List<Hold> holds = new ArrayList<>();
  int sends;
  String lastSendEpoch = "";
  String lastSendTo = "";

  /** Two have claimed it, with a change of leaders between: whose it is now nobody can say. */
  boolean contested;

  /** Those who have given it back and do not know yet whether that came through. */
  int requeuesUnanswered;

  final Map<String, String> sendEpochs = new HashMap<>();
  final Map<String, Integer> handsAtSend = new HashMap<>();

  /** By who wants to settle it: how often it had changed hands when that one was sent it. */
  final Map<Object, ArrayDeque<Integer>> settling = new HashMap<>();

  boolean autoSent;

  /** How often it has come back, and by whom it was to be settled, as leaders name them. */
  int returns;

  final Set<String> settlers = new HashSet<>();
  boolean settleConfirmed;
  boolean gone;

  /** It went to somebody whose deliveries are settled before they are sent: that one comes yet. */
  boolean settledToBeSent;

  Fate(long queue, long position, String payload, long index) {
    this.queue = queue;
    this.position = position;
    this.payload = payload;
    this.index = index;
  }

  /** As the story names it. */
  String tag() {
    return Fates.tag(queue, position);
  }

  /** Whether somebody else wants to settle it, and has no answer yet. */
  boolean settledByAnother(Object holder) {
    return settling.keySet().stream().anyMatch(other -> other != holder);
  }

  /** After how many changes of hands the settle was asked for that is answered now. */
  @Nullable Integer answeredSettle(Object holder) {
    ArrayDeque<Integer> asked = settling.get(holder);
    Integer first = asked == null ? null : asked.poll();
    if (asked != null && asked.isEmpty()) {
      settling.remove(holder);
    }
    return first;
  }

  boolean settleAsked() {
    return !settlers.isEmpty();
  }

  /** Rises whenever whoever has it may have lost it: it came back, or went out again. */
  int changesOfHands() {
    return returns + sends;
  }
}
