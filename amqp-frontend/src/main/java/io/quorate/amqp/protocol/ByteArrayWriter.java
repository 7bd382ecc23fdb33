package io.quorate.amqp.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A writer over an array that doubles when it is full. Not thread-safe. */
public final class ByteArrayWriter implements WireWriter {
  private byte[] array;
  private int size;

  /** Starts with 256 octets of room. */
  public ByteArrayWriter() {
    this(256);
  }

  /**
   * Starts empty.
   *
   * @param capacity the octets that fit before the array grows
   */
  public ByteArrayWriter(int capacity) {
    array = new byte[capacity];
  }

  @Override
  public void putByte(int value) {
    reserve(1);
    array[size++] = (byte) value;
  }

  @Override
  public void putShort(int value) {
    reserve(2);
    array[size++] = (byte) (value >>> 8);
    array[size++] = (byte) value;
  }

  @Override
  public void putInt(int value) {
    reserve(4);
    size += 4;
    setInt(size - 4, value);
  }

  @Override
  public void putLong(long value) {
    putInt((int) (value >>> 32));
    putInt((int) value);
  }

  @Override
  public void putBytes(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, array, size, length);
    size += length;
  }

  @Override
  public void putBytes(ByteBuffer source) {
    int length = source.remaining();
    reserve(length);
    source.get(array, size, length);
    size += length;
  }

  @Override
  public int position() {
    return size;
  }

  @Override
  public void setByte(int position, int value) {
    array[position] = (byte) value;
  }

  @Override
  public void setInt(int position, int value) {
    array[position] = (byte) (value >>> 24);
    array[position + 1] = (byte) (value >>> 16);
    array[position + 2] = (byte) (value >>> 8);
    array[position + 3] = (byte) value;
  }

  /** A copy of what was written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(array, size);
  }

  /** What was written, not copied: good until the next write. */
  public ByteBuffer toByteBuffer() {
    return ByteBuffer.wrap(array, 0, size);
  }

  /** Forgets what was written; keeps the array. */
  public void clear() {
    size = 0;
  }

  private void reserve(int octets) {
    if (array.length - size < octets) {
      array =
          Arrays.copyOf(
              array,
              Math.max(
                  Math.addExact(size, octets),
                  (int) Math.min(2L * array.length, Integer.MAX_VALUE - 8)));
    }
  }
}
