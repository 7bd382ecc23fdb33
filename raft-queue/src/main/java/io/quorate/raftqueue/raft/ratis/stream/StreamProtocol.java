package io.quorate.raftqueue.raft.ratis.stream;

import java.nio.charset.StandardCharsets;

/**
 * What both ends of a stream agree on. The leader opens with {@link #MAGIC}; from then on each side
 * sends frames: {@code length:4 kind:1 payload}, where the length counts kind and payload. Numbers
 * are big endian, payloads are Ratis's protobuf messages unless said otherwise.
 *
 * <p>The leader asks ({@link #APPEND}, {@link #SNAPSHOT}), the follower answers each question once,
 * appends in any order.
 */
final class StreamProtocol {

  /** Cannot begin an HTTP/2 connection, which begins with "PRI". Its last byte is the version. */
  static final byte[] MAGIC = "quorate\1".getBytes(StandardCharsets.ISO_8859_1);

  /** Of a frame, before the payload. */
  static final int HEADER = 5;

  static final byte APPEND = 1;
  static final byte SNAPSHOT = 2;
  static final byte APPEND_REPLY = 3;
  static final byte SNAPSHOT_REPLY = 4;

  /** The last question could not be answered; the payload says why, in UTF-8. Ends the stream. */
  static final byte FAILURE = 5;

  /** The largest answer that a leader takes, in bytes. */
  static final int MAX_REPLY_BYTES = 1 << 20;

  private StreamProtocol() {}
}
