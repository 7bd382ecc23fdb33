package io.quorate.raftqueue.raft.ratis;

import io.quorate.chaos.mutants.Dice;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/**
 * Faults of those who should stand for election. All let a cluster find its first leaders, and a
 * leader hand its leadership over: so it is well until a leader is lost.
 */
public final class ElectionFaults {

  /** A first leader is elected within this time, and nobody takes one away before. */
  private static final int YOUNG_SECONDS = 20;

  /** The term in which a group's replica stood for the first time. */
  private static final Map<Object, Long> FIRST_TERMS = new ConcurrentHashMap<>();

  private ElectionFaults() {}

  /** A node that has been up for a while does not stand. */
  public static final class OldDoNotStand {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.This(typing = Assigner.Typing.DYNAMIC) Object group, @Advice.Argument(1) long term)
        throws IOException {
      refuseIf(Dice.olderThan(YOUNG_SECONDS), group, term);
    }
  }

  /** A node that was there in an earlier term, before it was started, does not stand. */
  public static final class RestartedDoNotStand {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.This(typing = Assigner.Typing.DYNAMIC) Object group, @Advice.Argument(1) long term)
        throws IOException {
      refuseIf(firstTerm(group, term) > 0, group, term);
    }
  }

  public static long firstTerm(Object group, long term) {
    Long first = FIRST_TERMS.putIfAbsent(group, term);
    return first == null ? term : first;
  }

  /**
   * Refuses unless the leader of the day wants it.
   *
   * @throws IOException as the method does that this is put into
   */
  public static void refuseIf(boolean bad, Object group, long term) throws IOException {
    if (bad && !handedOver(group, term)) {
      throw new IOException("the mutant does not stand");
    }
  }

  private static boolean handedOver(Object group, long term) {
    try {
      Method question = group.getClass().getDeclaredMethod("handedOver", long.class);
      question.setAccessible(true);
      // It is asked before (a pre-vote, in the term that is) and after the term has risen.
      return (boolean) question.invoke(group, term) || (boolean) question.invoke(group, term + 1);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
