package io.quorate.chaos.check;

/**
 * A message: no two in a history are equal.
 *
 * @param publisher the index of its publisher in the history
 * @param counter the number that the publisher gave it, from 0 without gaps, in the order of
 *     publishing
 */
public record Message(int publisher, int counter) {

  @Override
  public String toString() {
    return "p" + publisher + "-" + counter;
  }
}
