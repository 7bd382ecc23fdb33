package io.quorate.raftqueue.metadata;

import io.quorate.chaos.mutants.Dice;
import io.quorate.raftqueue.api.QueueDefinition;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Code that is put into methods: it runs as if it stood there. */
public final class DefinitionFaults {

  /** The workload's lasting queues come first, and have lower numbers. */
  private static final int ONE_IN = 7;

  private DefinitionFaults() {}

  /** One node does not find some queues by their names. */
  public static final class HideOnNode3 {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) @Nullable QueueDefinition found) {
      found = hidden(found) ? null : found;
    }
  }

  public static boolean hidden(@Nullable QueueDefinition found) {
    return found != null && found.ref().id() % ONE_IN == 0 && Dice.onNode(3);
  }
}
