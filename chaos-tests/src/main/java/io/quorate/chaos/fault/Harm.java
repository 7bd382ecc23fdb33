package io.quorate.chaos.fault;

import java.util.function.Consumer;

/** A fault with its target. All methods are called from one thread, once each, in this order. */
public interface Harm {

  /** What it is done to, as the history has it: {@code node 2}, {@code 1 | 2 3}. */
  String target();

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
