package io.quorate.chaos.history;

/**
 * A message: no two that are published in a history are equal.
 *
 * @param publisher the number of its publisher (one channel), from 0
 * @param counter the number that the publisher gave it, from 0 without gaps, in the order of
 *     publishing
 */
public record Message(int publisher, int counter) {

  @Override
  public String toString() {
    return "p" + publisher + "-" + counter;
  }
}
