package io.quorate.raftqueue.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.junit.jupiter.api.Test;

class EntryBytesTest {

  private static String text(ByteBuffer bytes) {
    assertThat(bytes.hasArray()).isTrue();
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  @Test
  void whatIsInOnePieceIsNotCopied() {
    byte[] frame = "an entry of the log".getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = EntryBytes.of(UnsafeByteOperations.unsafeWrap(frame).substring(3, 8));
    assertThat(text(bytes)).isEqualTo("entry");
    frame[3] = 'E';
    assertThat(text(bytes)).isEqualTo("Entry");
  }

  @Test
  void piecesArePutTogether() {
    String half = "x".repeat(500);
    ByteString rope = ByteString.copyFromUtf8(half).concat(ByteString.copyFromUtf8("y" + half));
    assertThat(text(EntryBytes.of(rope))).isEqualTo(half + "y" + half);
    assertThat(text(EntryBytes.of(ByteString.EMPTY))).isEmpty();
    ByteBuffer direct = ByteBuffer.allocateDirect(3).put(new byte[] {'a', 'b', 'c'}).flip();
    assertThat(text(EntryBytes.of(UnsafeByteOperations.unsafeWrap(direct)))).isEqualTo("abc");
  }
}
