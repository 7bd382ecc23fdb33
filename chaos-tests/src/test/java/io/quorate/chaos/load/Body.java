package io.quorate.chaos.load;

import io.quorate.chaos.check.Message;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Message bodies: publisher, counter, a checksum of both and of the padding. */
final class Body {

  static final int SMALLEST = 12;

  /**
   * What a body says.
   *
   * @param intact whether its checksum is right
   */
  record Parsed(Message message, boolean intact) {}

  private Body() {}

  static byte[] of(Message message, int size) {
    ByteBuffer body = ByteBuffer.allocate(Math.max(size, SMALLEST));
    body.putInt(message.publisher()).putInt(message.counter()).putInt(0);
    int value = message.counter();
    while (body.hasRemaining()) {
      value = value * 1_103_515_245 + 12_345;
      body.put((byte) (value >> 16));
    }
    body.putInt(8, checksum(body.array()));
    return body.array();
  }

  static Parsed parse(byte[] bytes) {
    if (bytes.length < SMALLEST) {
      return new Parsed(new Message(-1, bytes.length), false);
    }
    ByteBuffer body = ByteBuffer.wrap(bytes);
    Message message = new Message(body.getInt(), body.getInt());
    return new Parsed(message, body.getInt() == checksum(bytes));
  }

  private static int checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, 8);
    crc.update(bytes, SMALLEST, bytes.length - SMALLEST);
    return (int) crc.getValue();
  }
}
