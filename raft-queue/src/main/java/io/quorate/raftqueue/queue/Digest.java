package io.quorate.raftqueue.queue;

/**
 * Numbers that tell what is in a state: each thing in it has one, and the state's digest is their
 * sum, whatever the order in which they came. So it costs a few nanoseconds for each change, and
 * nothing when it is asked for.
 *
 * <p>Of a message it has the place, the size and how often it came back, not the body: bodies have
 * checksums of their own wherever they are stored.
 */
final class Digest {

  private static final long QUEUE = 0x51;
  private static final long SESSION = 0x53;
  private static final long NEXT = 0x4e;

  private Digest() {}

  /** A message in its place. */
  static long message(long queue, long position, int size, int returns) {
    return mix(mix(mix(queue) + position) + ((long) returns << 32) + size);
  }

  /** What is known of a queue beside its messages. */
  static long queue(long id, long horizon, boolean consumed, boolean closed) {
    return mix(mix(mix(QUEUE) + id) + (horizon << 2) + (consumed ? 2 : 0) + (closed ? 1 : 0));
  }

  /** What one more message that a queue has ever had adds, whatever became of it. */
  static long position(long queue) {
    return mix(mix(NEXT) + queue);
  }

  /** How far a frontend's operations have come. */
  static long session(int node, long incarnation, long lastSequence) {
    return mix(mix(mix(SESSION + ((long) node << 8)) + incarnation) + lastSequence);
  }

  /** Each bit depends on each (the finalizer of SplitMix64). */
  private static long mix(long value) {
    long mixed = value + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
