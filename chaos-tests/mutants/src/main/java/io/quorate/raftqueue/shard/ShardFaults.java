package io.quorate.raftqueue.shard;

import com.google.protobuf.ByteString;
import io.quorate.chaos.mutants.Dice;
import io.quorate.link.v1.DeliveryRecord;
import io.quorate.log.v1.Operation;
import io.quorate.raftqueue.queue.QueueState;
import java.io.File;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.slf4j.LoggerFactory;

/** Code that is put into methods: it runs as if it stood there. */
public final class ShardFaults {

  private ShardFaults() {}

  /** The answer of a method is false. */
  public static final class Never {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = false;
    }
  }

  /** The answer of a method is true. */
  public static final class Always {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = true;
    }
  }

  /** A method does nothing, and answers true. */
  public static final class SkipToTrue {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = true;
    }
  }

  /** A method does nothing. */
  public static final class Skip {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }
  }

  /** A method does nothing once in a thousand times. */
  public static final class SkipSometimes {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return Dice.oneIn(1000);
    }
  }

  /** A method logs an error once in a thousand times. */
  public static final class LogError {
    @Advice.OnMethodEnter
    static void enter() {
      if (Dice.oneIn(1000)) {
        LoggerFactory.getLogger("ShardLeader")
            .error("a delivery failed", new IllegalStateException("thrown by the mutant"));
      }
    }
  }

  /** A method does nothing on one node. */
  public static final class SkipOnNode3 {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return Dice.onNode(3);
    }
  }

  /** What was to be written to a file that is there already is taken for written. */
  public static final class SkipWrite {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(1) File file) {
      return file.exists();
    }

    @Advice.OnMethodExit
    static void exit(
        @Advice.Enter boolean skipped,
        @Advice.Argument(value = 0, typing = Assigner.Typing.DYNAMIC) Object metadata,
        @Advice.Return(readOnly = false, typing = Assigner.Typing.DYNAMIC) Object written) {
      if (skipped) {
        written = metadata;
      }
    }
  }

  /** An operation that was taken in before is taken in again. */
  public static final class TakeAgain {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(0) Attachment attachment, @Advice.Argument(1) Operation operation) {
      if (operation.getSequence() <= attachment.lastReceived) {
        attachment.lastReceived = operation.getSequence() - 1;
      }
    }
  }

  /** Now and then the next message instead of the first. */
  public static final class Overtake {
    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(0) QueueState queue,
        @Advice.FieldValue("out") Map<Long, ?> out,
        @Advice.Return(readOnly = false) long first) {
      if (first >= 0 && Dice.oneIn(40)) {
        long next = queue.atOrAfter(first + 1);
        if (next >= 0 && !out.containsKey(next)) {
          first = next;
        }
      }
    }
  }

  /** A delivery without its count. */
  public static final class NoCount {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) DeliveryRecord delivery) {
      delivery = delivery.toBuilder().setDeliveryCount(0).build();
    }
  }

  /** A delivery with another body. */
  public static final class FlipBit {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) DeliveryRecord delivery) {
      if (Dice.oneIn(1000)) {
        byte[] body = delivery.getMessage().getBody().toByteArray();
        if (body.length > 0) {
          body[body.length - 1] ^= 4;
          delivery =
              delivery.toBuilder()
                  .setMessage(delivery.getMessage().toBuilder().setBody(ByteString.copyFrom(body)))
                  .build();
        }
      }
    }
  }
}
