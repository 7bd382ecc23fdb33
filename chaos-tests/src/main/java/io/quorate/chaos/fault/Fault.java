package io.quorate.chaos.fault;

import io.quorate.chaos.sut.Capability;
import java.time.Duration;
import java.util.Set;

/**
 * Something that can happen to a cluster. Stateless: what it does at one time to one target is a
 * {@link Harm}.
 *
 * @param name as the command line and the history have it
 * @param group what faults of its kind are called together
 * @param description what happens, in a sentence
 * @param needs what it needs of the cluster
 * @param shortest the shortest time that it lasts
 * @param longest the longest time that it lasts
 * @param company whether it may happen together with another one
 * @param aim chooses a target
 */
public record Fault(
    String name,
    Group group,
    String description,
    Set<Capability> needs,
    Duration shortest,
    Duration longest,
    Company company,
    Aim aim) {

  /** Kinds of faults. */
  public enum Group {
    NETWORK,
    PAUSE,
    CRASH,
    /** What operators do every day. */
    ORDERLY,
    POWER,
    DISK,
    CORRUPTION,
    CLOCK,
    COMPOUND;

    /** As the command line has it. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Whether a fault may happen together with another one. */
  public enum Company {
    /** With any that is not {@link #ALONE}. */
    LIGHT,
    /** With light ones only. */
    HEAVY,
    /** It needs the rest of the cluster to be well, or is several faults in itself. */
    ALONE;

    boolean allows(Company other) {
      return this != ALONE && other != ALONE && (this == LIGHT || other == LIGHT);
    }
  }

  /** Chooses a target. */
  @FunctionalInterface
  public interface Aim {

    /**
     * Chooses what the fault will be done to; does nothing yet.
     *
     * @throws NotNow if there is nothing to do it to at the moment
     */
    Harm at(FaultContext context);
  }
}
