package io.quorate.chaos.mutants;

import static net.bytebuddy.matcher.ElementMatchers.any;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.quorate.amqp.engine.TransactionFaults;
import io.quorate.raftqueue.metadata.DefinitionFaults;
import io.quorate.raftqueue.queue.QueueFaults;
import io.quorate.raftqueue.raft.ratis.ElectionFaults;
import io.quorate.raftqueue.session.SessionFaults;
import io.quorate.raftqueue.shard.HoldingFaults;
import io.quorate.raftqueue.shard.ShardFaults;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.MemberSubstitution;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;

/** The faults that a node can be given. */
public enum Mutant {
  CONFIRM_BEFORE_FLUSH(
      "messages are confirmed when they are on their way to the leader, before any disk has them",
      builder ->
          advise(builder, session("ShardCalls"), "submit", 5, SessionFaults.ConfirmAtOnce.class)),

  UNSAFE_FLUSH(
      "the log is written, but not forced to disk",
      builder ->
          builder
              .type(named("org.apache.ratis.server.raftlog.segmented.BufferedWriteChannel"))
              .transform(
                  (type, description, loader, module, domain) ->
                      type.visit(
                          MemberSubstitution.relaxed()
                              .method(named("force").and(takesArguments(boolean.class)))
                              .stub()
                              .on(any())))),

  DEDUP_OFF(
      "operations that are sent again are done again",
      builder ->
          advise(
              advise(
                  advise(
                      builder,
                      session("OperationWindow"),
                      "resend",
                      2,
                      SessionFaults.Distrust.class),
                  shard("OperationIntake"),
                  "take",
                  2,
                  ShardFaults.TakeAgain.class),
              queue("ShardState"),
              ElementMatchers.<MethodDescription>named("apply")
                  .and(takesArgument(0, named("io.quorate.log.v1.Batch"))),
              QueueFaults.ApplyAgain.class)),

  FLAG_DROPPED(
      "nothing is flagged redelivered",
      builder ->
          advise(
              builder, shard("QueueDelivery"), "mayHaveBeenDelivered", 1, ShardFaults.Never.class)),

  COUNT_DROPPED(
      "the delivery count is always 0",
      builder -> advise(builder, shard("DeliveryEngine"), "record", 2, ShardFaults.NoCount.class)),

  LEASE_IGNORED(
      "a leader delivers although others may have elected a new one, and does not give up",
      builder ->
          advise(
              advise(
                  builder,
                  "io.quorate.raftqueue.raft.ratis.Followers",
                  "leaseValid",
                  1,
                  ShardFaults.Always.class),
              "org.apache.ratis.server.impl.LeaderStateImpl",
              "checkLeadership",
              0,
              ShardFaults.SkipToTrue.class)),

  HORIZON_IGNORED(
      "messages are delivered beyond what is written down as delivered",
      builder ->
          advise(
              builder, shard("DeliveryEngine"), "withinHorizon", 3, ShardFaults.SkipToTrue.class)),

  ORDER_SWAPPED(
      "one message in forty is overtaken by the next",
      builder ->
          advise(builder, shard("QueueDelivery"), "peekReady", 1, ShardFaults.Overtake.class)),

  BODY_FLIPPED(
      "in one delivery of a thousand a bit of the body is flipped",
      builder -> advise(builder, shard("DeliveryEngine"), "record", 2, ShardFaults.FlipBit.class)),

  SETTLE_LOST(
      "one ack in a hundred does nothing",
      builder -> advise(builder, queue("ShardState"), "settle", 2, QueueFaults.LoseSettle.class)),

  REQUEUE_LOST(
      "a return removes one message in fifty",
      builder -> advise(builder, queue("ShardState"), "requeue", 2, QueueFaults.LoseReturn.class)),

  ENQUEUE_LOST(
      "one message in a thousand is dropped",
      builder -> advise(builder, queue("ShardState"), "enqueue", 2, QueueFaults.LoseEnqueue.class)),

  REPLICA_DIVERGES(
      "node 2's replicas drop one message in a hundred",
      builder -> advise(builder, queue("ShardState"), "enqueue", 2, QueueFaults.LoseOnNode2.class)),

  VOTE_FORGOTTEN(
      "terms and votes are stored at the first start and never again",
      builder ->
          advise(
              builder,
              "org.apache.ratis.server.storage.RaftStorageMetadataFileImpl",
              "atomicWrite",
              2,
              ShardFaults.SkipWrite.class)),

  COMMIT_TORN(
      "a commit forgets the last of its messages",
      builder ->
          advise(
              builder,
              "io.quorate.amqp.engine.Transaction",
              "takeMessages",
              0,
              TransactionFaults.ForgetLast.class)),

  STALE_ROUTES(
      "node 3 goes on routing by bindings that were taken away",
      builder ->
          advise(
              builder,
              "io.quorate.raftqueue.routing.ExchangeNode",
              "unbind",
              3,
              ShardFaults.SkipOnNode3.class)),

  GIVEN_AGAIN(
      "one message in five hundred is given to a second consumer while the first one holds it",
      builder ->
          advise(builder, shard("DeliveryEngine"), "send", 4, HoldingFaults.GiveAgain.class)),

  HELD_SHOWN(
      "one get in ten of an empty queue is answered with a message that a consumer holds",
      builder ->
          advise(builder, shard("DeliveryEngine"), "answerEmpty", 1, HoldingFaults.ShowHeld.class)),

  DELIVERY_LOST(
      "one delivery in a thousand is written down as out and sent to nobody",
      builder ->
          advise(builder, shard("Attachment"), "deliver", 2, ShardFaults.SkipSometimes.class)),

  QUEUE_UNSEEN(
      "node 3 does not find one new queue in seven",
      builder ->
          advise(
              builder,
              "io.quorate.raftqueue.metadata.MetadataDefinitions",
              "queue",
              2,
              DefinitionFaults.HideOnNode3.class)),

  NOBODY_STANDS(
      "a node that has been up for 20 s does not stand for election",
      builder ->
          advise(
              builder,
              "io.quorate.raftqueue.raft.ratis.RatisGroup",
              "candidate",
              2,
              ElectionFaults.OldDoNotStand.class)),

  RESTARTED_DO_NOT_STAND(
      "a node that was started again does not stand for election",
      builder ->
          advise(
              builder,
              "io.quorate.raftqueue.raft.ratis.RatisGroup",
              "candidate",
              2,
              ElectionFaults.RestartedDoNotStand.class)),

  DISK_FAILURE_IGNORED(
      "a node whose disk fails goes on",
      builder ->
          advise(
              builder, "io.quorate.node.NodeAssembly", "onStoreFailed", 1, ShardFaults.Skip.class)),

  ERROR_LOGGED(
      "one delivery in a thousand has an error logged",
      builder -> advise(builder, shard("Attachment"), "deliver", 2, ShardFaults.LogError.class)),

  SENT_UNSETTLED(
      "one message in two hundred that needs no ack is sent before it is settled, and again then",
      builder ->
          advise(builder, shard("DeliveryEngine"), "give", 5, HoldingFaults.SendAtOnce.class)),

  RETURN_FORGOTTEN(
      "a mandatory message that no queue gets is confirmed, and does not come back",
      builder ->
          advise(
              builder,
              "io.quorate.amqp.engine.Publishing",
              "returnUnroutable",
              1,
              ShardFaults.Skip.class)),

  PURGE_SHORT(
      "a purge leaves the last twenty messages that it should take",
      builder ->
          advise(
              advise(builder, queue("ShardState"), "purge", 2, QueueFaults.PurgeLess.class),
              shard("QueueDelivery"),
              "skipReady",
              1,
              ShardFaults.Skip.class)),

  DELETION_UNTOLD(
      "node 3 does not tell consumers that their queue was deleted",
      builder ->
          advise(builder, session("SubscriptionTable"), "ended", 2, ShardFaults.SkipOnNode3.class)),

  EXCLUSIVE_SHARED(
      "consumers are accepted beside an exclusive one",
      builder ->
          advise(builder, shard("QueueDelivery"), "hasExclusive", 0, ShardFaults.Never.class));

  private final String fault;
  private final UnaryOperator<AgentBuilder> change;

  Mutant(String fault, UnaryOperator<AgentBuilder> change) {
    this.fault = fault;
    this.change = change;
  }

  /** As it is named to the agent. */
  public String text() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /** What is wrong with the node. */
  public String fault() {
    return fault;
  }

  AgentBuilder change(AgentBuilder builder) {
    return change.apply(builder);
  }

  /**
   * The mutant of a name.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  static Mutant of(String name) {
    return Arrays.stream(values())
        .filter(mutant -> mutant.text().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no mutant '"
                        + name
                        + "': "
                        + Arrays.stream(values())
                            .map(Mutant::text)
                            .collect(Collectors.joining(", "))));
  }

  private static String shard(String type) {
    return "io.quorate.raftqueue.shard." + type;
  }

  private static String queue(String type) {
    return "io.quorate.raftqueue.queue." + type;
  }

  private static String session(String type) {
    return "io.quorate.raftqueue.session." + type;
  }

  private static AgentBuilder advise(
      AgentBuilder builder, String type, String method, int arguments, Class<?> advice) {
    return advise(
        builder,
        type,
        ElementMatchers.<MethodDescription>named(method).and(takesArguments(arguments)),
        advice);
  }

  private static AgentBuilder advise(
      AgentBuilder builder,
      String type,
      ElementMatcher<MethodDescription> methods,
      Class<?> advice) {
    return builder
        .type(named(type))
        .transform(
            (typeBuilder, description, loader, module, domain) -> {
              if (description.getDeclaredMethods().filter(methods).isEmpty()) {
                throw new IllegalStateException(
                    type + " has no method that " + methods + "; it has been renamed");
              }
              return typeBuilder.visit(Advice.to(advice).on(methods));
            });
  }
}
