package io.quorate.chaos.check;

import java.util.BitSet;

/**
 * What one publisher, a channel, did to one queue.
 *
 * @param attempted it published the counters from 0 up to here, exclusive
 * @param confirmed the counters that the broker has confirmed; the others are unknown
 */
public record Publications(int attempted, BitSet confirmed) {

  public Publications {
    confirmed = (BitSet) confirmed.clone();
  }
}
