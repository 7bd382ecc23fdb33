package io.quorate.amqp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.quorate.amqp.protocol.OctetText;
import io.quorate.amqp.protocol.WireWriter;
import java.nio.ByteBuffer;

/** Writes into a Netty buffer. */
final class ByteBufWriter implements WireWriter {

  private final ByteBuf out;

  ByteBufWriter(ByteBuf out) {
    this.out = out;
  }

  ByteBuf buffer() {
    return out;
  }

  @Override
  public void putByte(int value) {
    out.writeByte(value);
  }

  @Override
  public void putShort(int value) {
    out.writeShort(value);
  }

  @Override
  public void putInt(int value) {
    out.writeInt(value);
  }

  @Override
  public void putLong(long value) {
    out.writeLong(value);
  }

  @Override
  public void putBytes(byte[] source, int offset, int length) {
    out.writeBytes(source, offset, length);
  }

  @Override
  public void putBytes(ByteBuffer source) {
    out.writeBytes(source);
  }

  @Override
  public int position() {
    return out.writerIndex();
  }

  @Override
  public void setByte(int position, int value) {
    out.setByte(position, value);
  }

  @Override
  public void setInt(int position, int value) {
    out.setInt(position, value);
  }

  @Override
  public int putText(String text) {
    return OctetText.mayHaveStrays(text)
        ? WireWriter.super.putText(text)
        : ByteBufUtil.writeUtf8(out, text);
  }
}
