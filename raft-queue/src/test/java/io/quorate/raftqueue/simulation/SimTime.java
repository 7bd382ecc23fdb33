package io.quorate.raftqueue.simulation;

import java.util.PriorityQueue;
import java.util.Random;

/** Virtual time in microseconds, what is to happen, and the one source of chance. */
final class SimTime {

  private record Event(long at, long number, Runnable task) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          (a, b) ->
              a.at() != b.at()
                  ? Long.compare(a.at(), b.at())
                  : Long.compare(a.number(), b.number()));
  private final Random random;
  private final int patienceUs;
  private long now;
  private long numbers;

  SimTime(long seed) {
    this.random = new Random(seed);
    this.patienceUs = seed % 3 == 0 ? 2_000 : 0;
  }

  long now() {
    return now;
  }

  void after(long delayUs, Runnable task) {
    events.add(new Event(now + Math.max(0, delayUs), ++numbers, task));
  }

  /** Lets {@code us} microseconds pass. */
  void pass(long us) {
    long end = now + us;
    while (!events.isEmpty() && events.peek().at() <= end) {
      Event event = events.remove();
      now = event.at();
      event.task().run();
    }
    now = end;
  }

  /** How long the shards of this run wait for company, in microseconds. */
  int patienceUs() {
    return patienceUs;
  }

  /** From {@code from}, included, to {@code to}, not included. */
  int between(int from, int to) {
    return from + random.nextInt(to - from);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }
}
