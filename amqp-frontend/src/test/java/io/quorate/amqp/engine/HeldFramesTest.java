package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.amqp.protocol.FrameHandler;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldFramesTest {

  private final List<String> heard = new ArrayList<>();

  private final FrameHandler handler =
      new FrameHandler() {
        @Override
        public void onProtocolHeader() {
          throw new AssertionError("no frame");
        }

        @Override
        public void onUnsupportedProtocolHeader(byte[] received) {
          throw new AssertionError("no frame");
        }

        @Override
        public void onFrame(int type, int channel, ByteBuffer payload) {
          heard.add(type + " " + channel + " " + payload.get());
        }
      };

  private static ByteBuffer octets(int size) {
    return ByteBuffer.wrap(new byte[size]).put(0, (byte) size);
  }

  @Test
  void whatWasHeldIsHandedOverInOrderUntilSomethingHasToBeWaitedForAgain() {
    HeldFrames held = new HeldFrames(1_000);
    for (int channel = 1; channel <= 3; channel++) {
      held.add(1, channel, octets(channel));
    }
    held.handOver(handler, () -> heard.size() == 2);
    assertThat(heard).containsExactly("1 1 1", "1 2 2");
    held.handOver(handler, () -> false);
    assertThat(heard).containsExactly("1 1 1", "1 2 2", "1 3 3");
    held.handOver(handler, () -> false);
    assertThat(heard).hasSize(3);
  }

  @Test
  void theCallersOctetsAreNotKept() {
    HeldFrames held = new HeldFrames(1_000);
    ByteBuffer lent = octets(5);
    held.add(1, 0, lent);
    lent.put(0, (byte) 99);
    held.handOver(handler, () -> false);
    assertThat(heard).containsExactly("1 0 5");
  }

  @Test
  void itIsBoundedByOctetsAndByFrames() {
    HeldFrames held = new HeldFrames(400);
    held.add(1, 0, octets(100));
    held.add(1, 0, octets(100));
    tooMuch(held, 100);
    HeldFrames small = new HeldFrames(400);
    for (int i = 0; i < 6; i++) {
      small.add(1, 0, octets(1));
    }
    tooMuch(small, 1);
  }

  @Test
  void whatWasHandedOverOrDroppedMakesRoom() {
    HeldFrames held = new HeldFrames(400);
    for (int i = 0; i < 10; i++) {
      held.add(1, 0, octets(100));
      held.add(1, 0, octets(100));
      if (i % 2 == 0) {
        held.handOver(handler, () -> false);
      } else {
        held.drop();
      }
    }
    assertThat(heard).hasSize(10);
  }

  private static void tooMuch(HeldFrames held, int size) {
    assertThatThrownBy(() -> held.add(1, 0, octets(size)))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            error -> {
              assertThat(error.replyCode()).isEqualTo(ReplyCode.RESOURCE_ERROR);
              assertThat(error.closesConnection()).isTrue();
            });
  }
}
