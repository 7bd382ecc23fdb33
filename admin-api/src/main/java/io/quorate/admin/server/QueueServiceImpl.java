package io.quorate.admin.server;

import io.grpc.stub.StreamObserver;
import io.quorate.admin.v1.GetQueueRequest;
import io.quorate.admin.v1.GetQueueResponse;
import io.quorate.admin.v1.ListQueuesRequest;
import io.quorate.admin.v1.ListQueuesResponse;
import io.quorate.admin.v1.Queue;
import io.quorate.admin.v1.QueueServiceGrpc;
import io.quorate.admin.v1.Shard;
import io.quorate.raftqueue.api.ClusterStatus.Group;
import io.quorate.raftqueue.api.Definitions;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** Lists and shows queues. */
final class QueueServiceImpl extends QueueServiceGrpc.QueueServiceImplBase {

  /** How many virtual hosts an error text names. */
  private static final int VHOSTS_NAMED = 10;

  private final Replies replies;
  private final GroupViews groups;
  private final QueueStore store;
  private final AdminConfig config;
  private final Executor executor;
  private final QueueFigures figures;

  QueueServiceImpl(
      Replies replies, GroupViews groups, QueueStore store, AdminConfig config, Executor executor) {
    this.replies = replies;
    this.groups = groups;
    this.store = store;
    this.config = config;
    this.executor = executor;
    this.figures = new QueueFigures(groups, store, executor);
  }

  @Override
  public void listQueues(ListQueuesRequest request, StreamObserver<ListQueuesResponse> observer) {
    replies.answer(
        observer,
        budget -> {
          QueuePage.check(request, config);
          return knowing(request.getVhost())
              .thenComposeAsync(
                  known -> {
                    QueuePage page = QueuePage.of(store.definitions().queues(), request, config);
                    return figures
                        .of(page.queues(), budget.statsMs())
                        .thenApply(queues -> response(queues, page.nextToken()));
                  },
                  executor);
        });
  }

  private static ListQueuesResponse response(List<Queue> queues, String nextToken) {
    return ListQueuesResponse.newBuilder().addAllQueues(queues).setNextPageToken(nextToken).build();
  }

  @Override
  public void getQueue(GetQueueRequest request, StreamObserver<GetQueueResponse> observer) {
    replies.answer(
        observer,
        budget -> {
          String vhost = request.getVhost().isEmpty() ? "/" : request.getVhost();
          String name = request.getName();
          if (name.isEmpty()) {
            throw Replies.invalid("no name given; every queue has a name of 1 to 255 bytes");
          }
          return find(vhost, name).thenComposeAsync(q -> show(q, budget), executor);
        });
  }

  /** Asks the metadata group before it says that there is none (names are everywhere at once). */
  private CompletableFuture<QueueDefinition> find(String vhost, String name) {
    QueueDefinition local = store.definitions().queue(vhost, name);
    if (local != null) {
      return CompletableFuture.completedFuture(local);
    }
    return knowing(vhost)
        .thenCompose(known -> store.refreshDefinitions())
        .thenApply(
            refreshed -> {
              QueueDefinition found = store.definitions().queue(vhost, name);
              if (found == null) {
                throw gone(vhost, name);
              }
              return found;
            });
  }

  private CompletableFuture<GetQueueResponse> show(QueueDefinition queue, Replies.Budget budget) {
    CompletableFuture<List<Queue>> answer = figures.of(List.of(queue), budget.statsMs());
    Group group = queue.ref().replicated() ? groups.local(queue.ref().shard()) : null;
    CompletableFuture<Shard> shard =
        group == null
            ? CompletableFuture.completedFuture(Shard.getDefaultInstance())
            : groups.view(group, budget.statsMs());
    return answer.thenCombine(
        shard,
        (queues, view) -> {
          if (queues.isEmpty()) {
            throw gone(queue.vhost(), queue.name());
          }
          Queue.Builder shown = queues.get(0).toBuilder();
          if (view.hasLeader()) {
            shown.setLeader(view.getLeader());
          }
          return GetQueueResponse.newBuilder()
              .setQueue(shown)
              .addAllReplicas(view.getReplicasList())
              .build();
        });
  }

  private CompletableFuture<Void> knowing(String vhost) {
    if (vhost.isEmpty() || store.definitions().hasVhost(vhost)) {
      return CompletableFuture.completedFuture(null);
    }
    return store
        .refreshDefinitions()
        .thenAccept(
            refreshed -> {
              Definitions definitions = store.definitions();
              if (!definitions.hasVhost(vhost)) {
                throw Replies.notFound(
                    "virtual host '" + vhost + "' does not exist; there are " + named(definitions));
              }
            });
  }

  private static String named(Definitions definitions) {
    List<String> vhosts = definitions.vhosts();
    String first =
        vhosts.stream()
            .limit(VHOSTS_NAMED)
            .map(name -> "'" + name + "'")
            .collect(Collectors.joining(", "));
    int more = vhosts.size() - VHOSTS_NAMED;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  private static RuntimeException gone(String vhost, String name) {
    return Replies.notFound(
        "queue '"
            + name
            + "' does not exist in virtual host '"
            + vhost
            + "'; ListQueues has those that do");
  }
}
