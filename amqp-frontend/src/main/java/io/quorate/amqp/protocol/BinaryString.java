package io.quorate.amqp.protocol;

import java.util.Arrays;

/**
 * A long string of a field table that is not UTF-8. The specification lets long strings hold any
 * octets; this keeps them as they came and writes them back as a long string.
 */
public final class BinaryString {
  private final byte[] octets;

  /** Holds these octets; the caller gives them up. */
  public BinaryString(byte[] octets) {
    this.octets = octets;
  }

  /** The octets, not copied; not to be changed. */
  public byte[] octets() {
    return octets;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BinaryString && Arrays.equals(octets, ((BinaryString) other).octets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(octets);
  }

  @Override
  public String toString() {
    return "BinaryString[" + octets.length + " octets]";
  }
}
