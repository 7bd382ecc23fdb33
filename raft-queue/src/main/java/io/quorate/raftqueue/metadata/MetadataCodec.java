package io.quorate.raftqueue.metadata;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.log.v1.MetadataEntry;
import io.quorate.log.v1.MetadataOperation;
import io.quorate.raftqueue.api.RefusedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The metadata group's log entries: {@code quorate/log/v1/metadata.proto}. */
public final class MetadataCodec {

  /** The newest version that can be read, and the one that is written. */
  static final int VERSION = 1;

  private MetadataCodec() {}

  /**
   * The entry for some commands.
   *
   * @throws RefusedException PRECONDITION_FAILED if an argument table cannot be stored (nested
   *     deeper than 16, a type that AMQP doesn't have)
   */
  public static byte[] encode(List<MetadataCommand> commands) {
    MetadataEntry.Builder entry = MetadataEntry.newBuilder().setVersion(VERSION);
    try {
      commands.forEach(command -> entry.addOperations(OperationCodec.encode(command)));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          RefusedException.Reason.PRECONDITION_FAILED, String.valueOf(e.getMessage()));
    }
    return entry.build().toByteArray();
  }

  /**
   * The commands of an entry.
   *
   * @throws IllegalStateException if the entry is damaged or of a newer version: this node must not
   *     go on, since it would come to another state than the others
   */
  public static List<MetadataCommand> decode(ByteBuffer entry) {
    try {
      MetadataEntry decoded = MetadataEntry.parseFrom(entry.duplicate());
      if (decoded.getVersion() != VERSION) {
        throw new IllegalStateException(
            "a metadata entry has version "
                + decoded.getVersion()
                + "; this release reads version "
                + VERSION);
      }
      List<MetadataCommand> commands = new ArrayList<>(decoded.getOperationsCount());
      for (MetadataOperation operation : decoded.getOperationsList()) {
        commands.add(OperationCodec.decode(operation));
      }
      return commands;
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new IllegalStateException("a metadata entry cannot be read: " + e.getMessage(), e);
    }
  }
}
