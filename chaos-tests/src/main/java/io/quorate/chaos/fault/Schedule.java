package io.quorate.chaos.fault;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;

/**
 * An endless sequence of steps that depends on nothing but its seed and its faults: the same two
 * give the same again. Every fault comes once in a round, in an order that changes; about a quarter
 * of the time is quiet. Not for several threads.
 */
public final class Schedule implements Iterator<Step> {

  private static final double PAIR_PROBABILITY = 0.25;
  private static final double RECOVERY_PROBABILITY = 0.75;
  private static final int QUIET_LEAST_MS = 500;
  private static final int QUIET_MOST_MS = 4500;

  private final Random random;
  private final List<Fault> faults;
  private final Deque<Fault> round = new ArrayDeque<>();
  private int number;

  public Schedule(long seed, List<Fault> faults) {
    // Seeds that are close to each other shall not begin alike.
    this.random = new Random(seed * 0x9E3779B97F4A7C15L);
    this.faults = List.copyOf(faults);
  }

  @Override
  public boolean hasNext() {
    return !faults.isEmpty();
  }

  @Override
  public Step next() {
    if (faults.isEmpty()) {
      throw new NoSuchElementException("a schedule without faults");
    }
    Duration quiet =
        Duration.ofMillis(QUIET_LEAST_MS + random.nextInt(QUIET_MOST_MS - QUIET_LEAST_MS));
    List<Fault> chosen = new ArrayList<>(List.of(draw()));
    if (random.nextDouble() < PAIR_PROBABILITY) {
      addCompanion(chosen);
    }
    List<Duration> lasting = chosen.stream().map(this::length).toList();
    return new Step(
        ++number,
        quiet,
        List.copyOf(chosen),
        lasting,
        random.nextLong(),
        random.nextDouble() < RECOVERY_PROBABILITY);
  }

  private Fault draw() {
    if (round.isEmpty()) {
      List<Fault> shuffled = new ArrayList<>(faults);
      Collections.shuffle(shuffled, random);
      round.addAll(shuffled);
    }
    return round.remove();
  }

  private void addCompanion(List<Fault> chosen) {
    Fault first = chosen.get(0);
    List<Fault> companions =
        faults.stream()
            .filter(
                other -> other.group() != first.group() && first.company().allows(other.company()))
            .toList();
    if (!companions.isEmpty()) {
      chosen.add(companions.get(random.nextInt(companions.size())));
    }
  }

  private Duration length(Fault fault) {
    long spread = fault.longest().minus(fault.shortest()).toMillis();
    return fault.shortest().plusMillis((long) (random.nextDouble() * spread));
  }
}
