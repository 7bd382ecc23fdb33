package io.quorate.chaos.check;

/** Judges one guarantee. Stateless. */
public interface Checker {

  /** The guarantee in a few words. */
  String name();

  /** Whether the run did anything that this is about; if not, there is no verdict. */
  default boolean applies(History history) {
    return true;
  }

  Report check(Evidence evidence);
}
