package io.quorate.chaos.check;

/** Judges one guarantee by a history. */
public interface Checker {

  Report check(History history);
}
