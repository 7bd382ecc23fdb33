package io.quorate.chaos.fault;

import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A fault with its target. All methods are called from one thread, once each, in this order. */
public interface Harm {

  /** What it is done to, as the history has it: {@code node 2}, {@code 1 | 2 3}. */
  String target();

  /** The nodes that cannot do their work then; null if they are those that the target names. */
  default @Nullable Set<Integer> victims() {
    return null;
  }

  /**
   * Does it.
   *
   * @throws NotNow if it turns out that it cannot be done; nothing is left of it then
   */
  void inject();

  /** Goes on with it until it is over: for faults that do more than one thing. */
  default void hold(Hold hold) {
    hold.toTheEnd();
  }

  /** Takes it back; the nodes need not be ready on return. */
  void heal();

  /** The same harm, which keeps only some of the nodes that it names from their work. */
  default Harm sparingAllBut(Integer... victims) {
    Harm whole = this;
    return new Harm() {
      @Override
      public String target() {
        return whole.target();
      }

      @Override
      public Set<Integer> victims() {
        return Set.of(victims);
      }

      @Override
      public void inject() {
        whole.inject();
      }

      @Override
      public void hold(Hold time) {
        whole.hold(time);
      }

      @Override
      public void heal() {
        whole.heal();
      }
    };
  }

  /** Harm that is done once and taken back once. */
  static Harm of(String target, Runnable inject, Runnable heal) {
    return during(target, inject, Hold::toTheEnd, heal);
  }

  /** Harm that goes on doing something. */
  static Harm during(String target, Runnable inject, Consumer<Hold> hold, Runnable heal) {
    return new Harm() {
      @Override
      public String target() {
        return target;
      }

      @Override
      public void inject() {
        inject.run();
      }

      @Override
      public void hold(Hold time) {
        hold.accept(time);
      }

      @Override
      public void heal() {
        heal.run();
      }
    };
  }
}
