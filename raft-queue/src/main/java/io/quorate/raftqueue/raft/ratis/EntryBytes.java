package io.quorate.raftqueue.raft.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteOutput;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an entry where they are. The read-only buffer that a {@link ByteString} gives would
 * be copied as a whole by whoever parses it. They must not be changed.
 */
final class EntryBytes extends ByteOutput {

  private @Nullable ByteBuffer first;
  private boolean more;

  private EntryBytes() {}

  /** A view of the bytes, on the heap; of a copy if they are in several pieces. */
  static ByteBuffer of(ByteString entry) {
    EntryBytes bytes = new EntryBytes();
    try {
      UnsafeByteOperations.unsafeWriteTo(entry, bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e); // nothing is written anywhere
    }
    ByteBuffer only = bytes.first;
    return only == null || bytes.more ? ByteBuffer.wrap(entry.toByteArray()) : only;
  }

  private void take(ByteBuffer piece) {
    more |= first != null || !piece.hasArray();
    first = piece;
  }

  @Override
  public void writeLazy(byte[] value, int offset, int length) {
    take(ByteBuffer.wrap(value, offset, length).slice());
  }

  @Override
  public void writeLazy(ByteBuffer value) {
    take(value);
  }

  @Override
  public void write(byte value) {
    more = true;
  }

  @Override
  public void write(byte[] value, int offset, int length) {
    more = true; // may be used again by whoever wrote it
  }

  @Override
  public void write(ByteBuffer value) {
    more = true;
  }
}
