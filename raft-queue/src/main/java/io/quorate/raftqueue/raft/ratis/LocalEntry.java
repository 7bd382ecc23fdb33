package io.quorate.raftqueue.raft.ratis;

import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * An entry on its way from its proposer through this replica's log to its application.
 *
 * @param epoch of {@link Leadership} in which it was proposed
 */
record LocalEntry(ByteString bytes, @Nullable Object context, long epoch) implements Message {

  static LocalEntry of(byte[] bytes, @Nullable Object context, long epoch) {
    return new LocalEntry(UnsafeByteOperations.unsafeWrap(bytes), context, epoch);
  }

  @Override
  public ByteString getContent() {
    return bytes;
  }

  @Override
  public String toString() {
    return bytes.size() + " bytes";
  }
}
