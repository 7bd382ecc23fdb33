package io.quorate.raftqueue.store;

import io.quorate.log.v1.Enqueue;
import io.quorate.log.v1.Operation;
import io.quorate.raftqueue.api.Completion;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.Definitions;
import io.quorate.raftqueue.api.DeleteCondition;
import io.quorate.raftqueue.api.DeliveryListener;
import io.quorate.raftqueue.api.GetResult;
import io.quorate.raftqueue.api.Message;
import io.quorate.raftqueue.api.Outcome;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.api.QueueStats;
import io.quorate.raftqueue.api.QueueStore;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.api.RefusedException.Reason;
import io.quorate.raftqueue.api.Subscription;
import io.quorate.raftqueue.api.SubscriptionSpec;
import io.quorate.raftqueue.session.JoinedCompletion;
import io.quorate.raftqueue.session.ShardClient;
import io.quorate.raftqueue.session.WireMessages;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The {@link QueueStore} of a node: each operation goes to the client of the queue's shard. */
final class StoreQueues implements QueueStore {

  private final DefinitionService definitions;
  private final Map<Integer, ShardClient> shards;
  private final Budget budget;
  private final QueuePlacement placement;
  private final int node;
  private final int requestTimeoutMs;
  private final Supplier<CompletableFuture<Void>> readBarrier;

  StoreQueues(
      DefinitionService definitions,
      Map<Integer, ShardClient> shards,
      Budget budget,
      QueuePlacement placement,
      Supplier<CompletableFuture<Void>> readBarrier,
      int node,
      int requestTimeoutMs) {
    this.definitions = definitions;
    this.shards = shards;
    this.budget = budget;
    this.placement = placement;
    this.readBarrier = readBarrier;
    this.node = node;
    this.requestTimeoutMs = requestTimeoutMs;
  }

  @Override
  public Definitions definitions() {
    return definitions.definitions();
  }

  @Override
  public CompletableFuture<DefinitionResult> define(DefinitionCommand command) {
    return inTime(definitions.define(command), "no leader of the metadata group answered");
  }

  @Override
  public CompletableFuture<Void> refreshDefinitions() {
    return inTime(readBarrier.get(), "no leader of the metadata group answered");
  }

  @Override
  public void publish(Message message, List<QueueRef> queues, Completion completion) {
    if (queues.size() == 1) {
      QueueRef queue = queues.get(0);
      publishTo(queue.shard(), Enqueue.newBuilder().addQueueIds(queue.id()), message, completion);
      return;
    }
    if (queues.isEmpty()) {
      completion.done(Outcome.ACCEPTED);
      return;
    }
    Map<Integer, Enqueue.Builder> byShard = new LinkedHashMap<>();
    for (QueueRef queue : queues) {
      byShard.computeIfAbsent(queue.shard(), shard -> Enqueue.newBuilder()).addQueueIds(queue.id());
    }
    Completion joined =
        byShard.size() == 1 ? completion : new JoinedCompletion(completion, byShard.size());
    byShard.forEach((shard, enqueue) -> publishTo(shard, enqueue, message, joined));
  }

  private void publishTo(
      int shard, Enqueue.Builder enqueue, Message message, Completion completion) {
    ShardClient client = shards.get(shard);
    if (client == null) {
      completion.done(Outcome.REJECTED); // a shard of a node that is not in this cluster
      return;
    }
    client.submit(
        Operation.newBuilder().setEnqueue(enqueue.setMessage(WireMessages.stored(message))),
        message.sizeBytes(),
        completion);
  }

  @Override
  public void settle(
      QueueRef queue, long holder, long[] positions, boolean awaited, Completion completion) {
    ShardClient client = shards.get(queue.shard());
    if (client == null) {
      completion.done(Outcome.ACCEPTED);
    } else {
      client.settle(queue, holder, positions, awaited, completion);
    }
  }

  @Override
  public void requeue(QueueRef queue, long holder, long[] positions, Completion completion) {
    ShardClient client = shards.get(queue.shard());
    if (client == null) {
      completion.done(Outcome.ACCEPTED);
    } else {
      client.requeue(queue, holder, positions, completion);
    }
  }

  @Override
  public CompletableFuture<Subscription> subscribe(
      QueueRef queue, SubscriptionSpec spec, DeliveryListener listener) {
    return ask(queue, client -> client.subscribe(queue, spec, listener));
  }

  @Override
  public CompletableFuture<GetResult> get(QueueRef queue, boolean autoSettle) {
    return ask(queue, client -> client.get(queue, autoSettle));
  }

  @Override
  public CompletableFuture<QueueStats> stats(QueueRef queue) {
    return ask(queue, client -> client.stats(queue));
  }

  @Override
  public CompletableFuture<QueueStats> statsOfDeclared(QueueRef queue) {
    return ask(queue, client -> client.declared(queue));
  }

  @Override
  public CompletableFuture<Long> delete(QueueRef queue, DeleteCondition condition) {
    return ask(
            queue,
            client ->
                client.close(
                    queue, condition.ifUnused(), condition.ifEmpty(), condition.ifConsumed()))
        .thenApply(QueueStats::ready)
        .exceptionallyCompose(
            failure ->
                isDeleted(failure) && !isLost(queue)
                    ? CompletableFuture.completedFuture(0L)
                    : CompletableFuture.failedFuture(failure))
        .thenCompose(
            ready ->
                define(new DefinitionCommand.DeleteQueue(queue.id())).thenApply(done -> ready));
  }

  private static boolean isDeleted(Throwable failure) {
    return asRefusal(failure, "") instanceof RefusedException refused
        && refused.reason() == Reason.NOT_FOUND;
  }

  @Override
  public CompletableFuture<Long> purge(QueueRef queue) {
    return ask(queue, client -> client.purge(queue));
  }

  private <T> CompletableFuture<T> ask(
      QueueRef queue, Function<ShardClient, CompletableFuture<T>> question) {
    ShardClient client = shards.get(queue.shard());
    if (client == null) {
      return CompletableFuture.failedFuture(
          new RefusedException(Reason.NOT_FOUND, "the queue's shard is not in this cluster"));
    }
    return question.apply(client); // the client refuses what is not answered in time
  }

  /** Bounds a wait; what fails, fails with a {@link RefusedException}. */
  private <T> CompletableFuture<T> inTime(CompletableFuture<T> future, String text) {
    return future
        .orTimeout(requestTimeoutMs, TimeUnit.MILLISECONDS)
        .handle(
            (value, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(value);
              }
              return CompletableFuture.<T>failedFuture(asRefusal(failure, text));
            })
        .thenCompose(Function.identity());
  }

  private static Throwable asRefusal(Throwable failure, String text) {
    Throwable cause = failure;
    while (cause instanceof java.util.concurrent.CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof RefusedException) {
      return cause;
    }
    @Nullable String detail = cause.getMessage();
    return new RefusedException(
        Reason.UNAVAILABLE,
        cause instanceof TimeoutException || detail == null ? text : text + ": " + detail);
  }

  @Override
  public boolean isLost(QueueRef queue) {
    ShardClient client = shards.get(queue.shard());
    return client == null || client.isAbandoned();
  }

  @Override
  public int placeQueue(boolean balanced) {
    return placement.place(balanced);
  }

  @Override
  public int localShard() {
    return QueueRef.localShard(node);
  }

  @Override
  public boolean isWritable() {
    return budget.isOpen();
  }

  @Override
  public String heldBackReason() {
    return budget.reason();
  }

  @Override
  public void onWritable(Runnable task) {
    budget.whenOpen(task);
  }
}
