package io.quorate.raftqueue.routing;

import org.jspecify.annotations.Nullable;

/** Hashes of 64 bits that are the same on every node, in every run and for ever. */
final class Hashing {

  private Hashing() {}

  /** A hash of a string: FNV-1a over its UTF-16 units, mixed. */
  static long of(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** A hash of an AMQP table value that agrees with {@link TableValues#same}; 0 for none. */
  static long of(@Nullable Object value) {
    if (value == null) {
      return 0;
    }
    return value instanceof String text ? of(text) : mix(TableValues.hash(value));
  }

  /** Spreads every bit over all: the finalizer of MurmurHash3. */
  static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  /** What a destination is called, across its deletion and re-declaration, as a hash. */
  static long of(Destination destination) {
    // Queues and exchanges have names of their own.
    return destination instanceof QueueDestination
        ? of("q" + destination.name())
        : of("e" + destination.name());
  }
}
