package io.quorate.raftqueue.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.link.v1.ToNode;
import io.quorate.link.v1.ToShard;
import io.quorate.link.v1.Work;
import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.log.v1.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageStreamTest {

  private static ToNode message(int bodyBytes) {
    StoredMessage stored =
        StoredMessage.newBuilder().setBody(ByteString.copyFrom(new byte[bodyBytes])).build();
    return ToNode.newBuilder()
        .setToShard(
            ToShard.newBuilder()
                .setWork(
                    Work.newBuilder()
                        .addOperations(
                            Operation.newBuilder()
                                .setEnqueue(Enqueue.newBuilder().setMessage(stored)))))
        .build();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 4_095, 4_096, 10_000, 1_000_000})
  void itIsWrittenAsItIs(int bodyBytes) throws IOException {
    ToNode message = message(bodyBytes);
    MessageStream stream = new MessageStream(message);
    assertThat(stream.available()).isEqualTo(message.getSerializedSize());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(stream.drainTo(out)).isEqualTo(out.size());
    assertThat(out.toByteArray()).isEqualTo(message.toByteArray());
    assertThat(stream.available()).isZero();
    assertThat(stream.read()).isEqualTo(-1);
    assertThat(stream.drainTo(out)).isZero();
  }

  @Test
  void itCanBeReadToo() throws IOException {
    ToNode message = message(5_000);
    MessageStream stream = new MessageStream(message);
    int first = stream.read();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    out.write(stream.readNBytes(100));
    assertThat(stream.available()).isEqualTo(message.getSerializedSize() - 101);
    stream.drainTo(out);
    assertThat(out.toByteArray()).isEqualTo(message.toByteArray());
  }
}
