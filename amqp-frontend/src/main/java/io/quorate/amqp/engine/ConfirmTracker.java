package io.quorate.amqp.engine;

import java.util.Arrays;

/**
 * Turns completions of published messages, in whatever order the shards answer, into as few {@code
 * basic.ack} and {@code basic.nack} as is right: all that is complete up to the oldest message
 * still under way goes as one ack with {@code multiple}, the rest one by one. Nacks go before, so
 * that no multiple ack covers a refused message.
 */
final class ConfirmTracker {

  /** Writes confirms to the client. */
  interface Output {
    /**
     * @param count how many messages this confirms that were not confirmed before
     */
    void ack(long sequence, boolean multiple, int count);

    void nack(long sequence);
  }

  private static final byte UNDER_WAY = 0;
  private static final byte COMPLETE = 1;

  // state of sequence s is states[s & mask] for oldest <= s < next
  private byte[] states = new byte[64];
  private long oldest = 1;
  private long next = 1;
  private long[] acked = new long[64];
  private int ackedCount;
  private long[] nacked = new long[8];
  private int nackedCount;

  /** Numbers the next published message: 1, 2, 3 … */
  long begin() {
    if (next - oldest == states.length) {
      grow();
    }
    states[index(next)] = UNDER_WAY;
    return next++;
  }

  /** Messages that were begun and are not complete, or not flushed yet. */
  long underWay() {
    return next - oldest;
  }

  /** Whether {@link #flush} would write something. */
  boolean hasOutput() {
    return ackedCount > 0 || nackedCount > 0;
  }

  void complete(long sequence, boolean accepted) {
    states[index(sequence)] = COMPLETE;
    if (accepted) {
      if (ackedCount == acked.length) {
        acked = Arrays.copyOf(acked, ackedCount * 2);
      }
      acked[ackedCount++] = sequence;
    } else {
      if (nackedCount == nacked.length) {
        nacked = Arrays.copyOf(nacked, nackedCount * 2);
      }
      nacked[nackedCount++] = sequence;
    }
  }

  void flush(Output output) {
    for (int i = 0; i < nackedCount; i++) {
      output.nack(nacked[i]);
    }
    nackedCount = 0;
    while (oldest < next && states[index(oldest)] == COMPLETE) {
      oldest++;
    }
    int covered = 0;
    long highest = 0;
    for (int i = 0; i < ackedCount; i++) {
      if (acked[i] < oldest) {
        covered++;
        highest = Math.max(highest, acked[i]);
      }
    }
    if (covered > 0) {
      output.ack(highest, covered > 1, covered);
    }
    for (int i = 0; i < ackedCount; i++) {
      if (acked[i] >= oldest) {
        output.ack(acked[i], false, 1);
      }
    }
    ackedCount = 0;
  }

  private int index(long sequence) {
    return (int) (sequence & (states.length - 1));
  }

  private void grow() {
    byte[] wider = new byte[states.length * 2];
    for (long sequence = oldest; sequence < next; sequence++) {
      wider[(int) (sequence & (wider.length - 1))] = states[index(sequence)];
    }
    states = wider;
  }
}
