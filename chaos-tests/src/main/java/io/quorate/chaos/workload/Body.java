package io.quorate.chaos.workload;

import io.quorate.chaos.history.Message;
import io.quorate.chaos.history.Value;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Message bodies: publisher, counter, a checksum of both and of the padding. */
final class Body {

  /** Bytes. */
  static final int SMALLEST = 12;

  private Body() {}

  static byte[] of(Message message, int size) {
    ByteBuffer body = ByteBuffer.allocate(Math.max(size, SMALLEST));
    body.putInt(message.publisher()).putInt(message.counter()).putInt(0);
    int value = message.counter();
    while (body.hasRemaining()) {
      value = value * 1_103_515_245 + 12_345;
      body.put((byte) (value >> 16));
    }
    body.putInt(8, checksumWithout(body.array()));
    return body.array();
  }

  /**
   * What a body says it is, with the checksum of what it really is; publisher -1 if it is damaged
   * in a way that shows without knowing what was sent.
   */
  static Value parse(byte[] bytes) {
    if (bytes.length < SMALLEST) {
      return Value.of(-1, bytes.length, checksum(bytes));
    }
    ByteBuffer body = ByteBuffer.wrap(bytes);
    Message message = new Message(body.getInt(), body.getInt());
    boolean sane = message.publisher() >= 0 && message.counter() >= 0;
    boolean intact = body.getInt() == checksumWithout(bytes);
    // A damaged body still tells whose it was, most likely: its checksum is not that of the
    // publish.
    return sane || intact ? new Value(message, checksum(bytes)) : Value.of(-1, 0, checksum(bytes));
  }

  /** Of the whole body: what the history has. */
  static int checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static int checksumWithout(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, 8);
    crc.update(bytes, SMALLEST, bytes.length - SMALLEST);
    return (int) crc.getValue();
  }
}
