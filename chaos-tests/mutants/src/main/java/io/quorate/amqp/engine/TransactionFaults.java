package io.quorate.amqp.engine;

import java.util.List;
import net.bytebuddy.asm.Advice;

/** Code that is put into methods: it runs as if it stood there. */
public final class TransactionFaults {

  private TransactionFaults() {}

  /** Of several messages that are held, the last is forgotten. */
  public static final class ForgetLast {
    @Advice.OnMethodExit
    static void exit(@Advice.Return List<?> taken) {
      if (taken.size() > 1) {
        taken.remove(taken.size() - 1);
      }
    }
  }
}
