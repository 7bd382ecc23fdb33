package io.quorate.chaos.cluster;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.admin.v1.ListQueuesRequest;
import io.quorate.admin.v1.ListQueuesResponse;
import io.quorate.admin.v1.ListShardsRequest;
import io.quorate.admin.v1.Queue;
import io.quorate.admin.v1.QueueServiceGrpc;
import io.quorate.admin.v1.Shard;
import io.quorate.admin.v1.ShardServiceGrpc;
import io.quorate.admin.v1.TransferLeaderRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The admin services of one node: what the command line asks too, but without a JVM for each
 * question. On a busy machine leaders move faster than those start.
 */
public final class AdminApi implements AutoCloseable {

  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** The node gives up after ten seconds itself. */
  private static final Duration TRANSFER = Duration.ofSeconds(15);

  /** It did not answer, or said that it cannot be done. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(StatusRuntimeException cause) {
      super(text(cause), cause);
    }

    private static String text(StatusRuntimeException e) {
      String description = e.getStatus().getDescription();
      return description == null ? e.getStatus().getCode().name() : description;
    }
  }

  /**
   * A queue, as the node sees it.
   *
   * @param shard null if it is not replicated
   * @param leader 0 if none is known
   * @param ready -1 if the leader did not answer
   * @param unacked -1 if the leader did not answer
   */
  public record QueueSeen(
      String name, @Nullable Integer shard, int leader, long ready, long unacked) {}

  /** Who leads a shard, and in which term; a term has one leader at most. */
  public record Leadership(int leader, long term) {}

  private final ManagedChannel channel;

  /**
   * @param address host and port
   */
  public AdminApi(String address) {
    channel =
        NettyChannelBuilder.forTarget(address)
            .usePlaintext()
            .proxyDetector(target -> null)
            .disableRetry()
            .build();
  }

  /** All queues. */
  public List<QueueSeen> queues() throws Refused {
    List<QueueSeen> all = new ArrayList<>();
    String next = "";
    try {
      do {
        ListQueuesResponse answer =
            QueueServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                .listQueues(ListQueuesRequest.newBuilder().setPageToken(next).build());
        answer.getQueuesList().forEach(queue -> all.add(seen(queue)));
        next = answer.getNextPageToken();
      } while (!next.isEmpty());
    } catch (StatusRuntimeException e) {
      throw new Refused(e);
    }
    return all;
  }

  private static QueueSeen seen(Queue queue) {
    return new QueueSeen(
        queue.getName(),
        queue.hasShard() ? queue.getShard() : null,
        queue.hasLeader() ? queue.getLeader() : 0,
        queue.hasStats() ? queue.getStats().getReady() : -1,
        queue.hasStats() ? queue.getStats().getUnacked() : -1);
  }

  /** Who leads a shard, by the word of its replicas. */
  public Leadership leadership(int shard) throws Refused {
    return leaderships().getOrDefault(shard, new Leadership(0, 0));
  }

  /** Who leads each shard, by the word of its replicas. */
  public Map<Integer, Leadership> leaderships() throws Refused {
    Map<Integer, Leadership> all = new TreeMap<>();
    try {
      for (Shard seen :
          ShardServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
              .listShards(ListShardsRequest.getDefaultInstance())
              .getShardsList()) {
        all.put(
            seen.getId(), new Leadership(seen.hasLeader() ? seen.getLeader() : 0, seen.getTerm()));
      }
    } catch (StatusRuntimeException e) {
      throw new Refused(e);
    }
    return all;
  }

  /** Has a node lead a shard; returns when it does. */
  public void transferLeader(int shard, int node) throws Refused {
    try {
      ShardServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(TRANSFER.toMillis(), TimeUnit.MILLISECONDS)
          .transferLeader(TransferLeaderRequest.newBuilder().setShard(shard).setNode(node).build());
    } catch (StatusRuntimeException e) {
      throw new Refused(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
