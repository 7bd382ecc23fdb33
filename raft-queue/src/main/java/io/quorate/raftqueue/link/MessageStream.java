package io.quorate.raftqueue.link;

import com.google.protobuf.MessageLite;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.ratis.thirdparty.io.grpc.Drainable;
import org.apache.ratis.thirdparty.io.grpc.KnownLength;
import org.jspecify.annotations.Nullable;

/**
 * A message as gRPC takes it: its size is known, and it is written straight into gRPC's buffers. As
 * a plain stream the bodies would be copied twice more.
 */
final class MessageStream extends InputStream implements Drainable, KnownLength {

  /** Null once it is written, or being read. */
  private @Nullable MessageLite message;

  private @Nullable ByteArrayInputStream read;

  MessageStream(MessageLite message) {
    this.message = message;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    MessageLite whole = message;
    if (whole == null) {
      ByteArrayInputStream rest = bytes();
      return Math.toIntExact(rest.transferTo(target));
    }
    message = null;
    whole.writeTo(target);
    return whole.getSerializedSize();
  }

  @Override
  public int available() {
    MessageLite whole = message;
    return whole == null ? bytes().available() : whole.getSerializedSize();
  }

  @Override
  public int read() {
    return bytes().read();
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    return bytes().read(target, offset, length);
  }

  private ByteArrayInputStream bytes() {
    ByteArrayInputStream known = read;
    if (known == null) {
      MessageLite whole = message;
      known = new ByteArrayInputStream(whole == null ? new byte[0] : whole.toByteArray());
      read = known;
      message = null;
    }
    return known;
  }
}
