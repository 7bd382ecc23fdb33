package io.quorate.raftqueue.store;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.MessagesQuery;
import io.quorate.link.v1.MessagesReply;
import io.quorate.link.v1.ReplicaQuery;
import io.quorate.link.v1.ReplicaReply;
import io.quorate.link.v1.ToNode;
import io.quorate.link.v1.TransferReply;
import io.quorate.link.v1.TransferRequest;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.api.ClusterStatus;
import io.quorate.raftqueue.link.InboundLink;
import io.quorate.raftqueue.link.PeerLink;
import io.quorate.raftqueue.raft.RaftGroup;
import io.quorate.raftqueue.shard.ShardReplica;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * What nodes ask one another on their links, beside what frontends and shards say: how a replica
 * is, messages that cannot be read, a change of leader. Thread-safe.
 */
final class PeerQuestions {

  private static final long FETCH_MS = 5_000;

  private final Map<Integer, PeerLink> peers;
  private final Map<Integer, ShardReplica> replicas;
  private final Map<Integer, RaftGroup> groups;
  private final Map<Long, CompletableFuture<FromNode>> questions = new ConcurrentHashMap<>();
  private final AtomicLong questionIds = new AtomicLong();

  PeerQuestions(
      Map<Integer, PeerLink> peers,
      Map<Integer, ShardReplica> replicas,
      Map<Integer, RaftGroup> groups) {
    this.peers = peers;
    this.replicas = replicas;
    this.groups = groups;
  }

  // ---- asking

  /** Asks another node; the future fails after a while if it does not answer. */
  CompletableFuture<FromNode> ask(int other, LongFunction<ToNode> question, long timeoutMs) {
    PeerLink link = peers.get(other);
    if (link == null || !link.isUp()) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("node " + other + " cannot be reached"));
    }
    long id = questionIds.incrementAndGet();
    CompletableFuture<FromNode> answer = new CompletableFuture<>();
    questions.put(id, answer);
    ToNode message = question.apply(id);
    link.execute(() -> link.send(message));
    return answer
        .orTimeout(timeoutMs, TimeUnit.MILLISECONDS)
        .whenComplete((reply, failure) -> questions.remove(id));
  }

  /** Another node has answered. */
  void answered(FromNode message) {
    switch (message.getKindCase()) {
      case REPLICA -> answer(message.getReplica().getId(), message);
      case TRANSFER -> answer(message.getTransfer().getId(), message);
      case MESSAGES -> answer(message.getMessages().getId(), message);
      default -> throw new IllegalArgumentException("no answer: " + message.getKindCase());
    }
  }

  private void answer(long id, FromNode message) {
    CompletableFuture<FromNode> question = questions.get(id);
    if (question != null) {
      question.complete(message);
    }
  }

  /** Asks another node's replica of a shard for messages of a queue. */
  CompletableFuture<Map<Long, StoredMessage>> fetchMessages(
      int other, int shard, long queueId, List<Long> positions) {
    return ask(
            other,
            id ->
                ToNode.newBuilder()
                    .setMessagesQuery(
                        MessagesQuery.newBuilder()
                            .setId(id)
                            .setShard(shard)
                            .setQueueId(queueId)
                            .addAllPositions(positions))
                    .build(),
            FETCH_MS)
        .thenApply(
            answer -> {
              MessagesReply reply = answer.getMessages();
              Map<Long, StoredMessage> messages = new HashMap<>();
              int count = Math.min(reply.getPositionsCount(), reply.getMessagesCount());
              for (int i = 0; i < count; i++) {
                messages.put(reply.getPositions(i), reply.getMessages(i));
              }
              return messages;
            });
  }

  // ---- answering

  /** Another node asks. */
  void asked(InboundLink link, ToNode message) {
    switch (message.getKindCase()) {
      case REPLICA_QUERY -> link.send(replicaReply(message.getReplicaQuery()));
      case TRANSFER -> transfer(link, message.getTransfer());
      case MESSAGES_QUERY -> sendMessages(link, message.getMessagesQuery());
      default -> throw new IllegalArgumentException("no question: " + message.getKindCase());
    }
  }

  private FromNode replicaReply(ReplicaQuery query) {
    ReplicaReply.Builder reply = ReplicaReply.newBuilder().setId(query.getId());
    RaftGroup group = groups.get(query.getGroup());
    if (group != null) {
      ClusterStatus.Group status = group.status();
      reply
          .setRole(status.role())
          .setTerm(status.term())
          .setCommitIndex(status.commitIndex())
          .setAppliedIndex(status.appliedIndex());
    }
    return FromNode.newBuilder().setReplica(reply).build();
  }

  private void sendMessages(InboundLink link, MessagesQuery query) {
    ShardReplica replica = replicas.get(query.getShard());
    if (replica != null) {
      replica
          .messages(query.getQueueId(), query.getPositionsList())
          .thenAccept(
              found -> {
                MessagesReply.Builder reply = MessagesReply.newBuilder().setId(query.getId());
                found.forEach(
                    (position, stored) -> reply.addPositions(position).addMessages(stored));
                link.send(FromNode.newBuilder().setMessages(reply).build());
              });
    }
  }

  private void transfer(InboundLink link, TransferRequest request) {
    RaftGroup group = groups.get(request.getGroup());
    CompletableFuture<Void> done =
        group == null
            ? CompletableFuture.failedFuture(new IllegalArgumentException("group is not here"))
            : transferHere(group, request.getToNode());
    done.whenComplete(
        (ok, failure) -> {
          TransferReply.Builder reply = TransferReply.newBuilder().setId(request.getId());
          if (failure != null) {
            reply.setFailure(String.valueOf(failure.getMessage()));
          }
          link.send(FromNode.newBuilder().setTransfer(reply).build());
        });
  }

  /** Hands over the leadership of a group that this node leads; nothing is delivered meanwhile. */
  CompletableFuture<Void> transferHere(RaftGroup group, int toNode) {
    ShardReplica replica = replicas.get(group.id());
    if (replica == null) {
      return group.transferLeadership(toNode);
    }
    return replica
        .suspendDelivery()
        .thenCompose(suspended -> group.transferLeadership(toNode))
        .whenComplete((done, failure) -> replica.resumeDelivery());
  }
}
