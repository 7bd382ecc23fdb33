package io.quorate.raftqueue.session;

import io.quorate.log.v1.Operation;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.Outcome;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Code that is put into methods: it runs as if it stood there. */
public final class SessionFaults {

  private SessionFaults() {}

  /** What the shard says it has done is not believed: everything unanswered is sent again. */
  public static final class Distrust {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(value = 0, readOnly = false) long last,
        @Advice.FieldValue("unanswered") ArrayDeque<?> unanswered) {
      last = Math.min(last, beforeFirst(unanswered, last));
    }
  }

  /** A message is confirmed when it is on its way; what comes of it nobody hears. */
  public static final class ConfirmAtOnce {
    @Advice.OnMethodEnter
    static @Nullable Completion enter(
        @Advice.Argument(0) Operation.Builder operation,
        @Advice.Argument(value = 2, readOnly = false) @Nullable Completion completion) {
      Completion told = operation.hasEnqueue() ? completion : null;
      if (told != null) {
        completion = null;
      }
      return told;
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter @Nullable Completion told) {
      if (told != null) {
        told.done(Outcome.ACCEPTED);
      }
    }
  }

  /** The number before that of the first that is unanswered. */
  public static long beforeFirst(ArrayDeque<?> unanswered, long otherwise) {
    Object first = unanswered.peek();
    if (first == null) {
      return otherwise;
    }
    try {
      Method operation = first.getClass().getDeclaredMethod("operation");
      operation.setAccessible(true);
      return ((io.quorate.log.v1.Operation) operation.invoke(first)).getSequence() - 1;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
