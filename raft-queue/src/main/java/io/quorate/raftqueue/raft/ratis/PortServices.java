package io.quorate.raftqueue.raft.ratis;

import io.quorate.raftqueue.thread.DaemonThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.protocol.RaftServerAsynchronousProtocol;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis's gRPC services, except that a candidate's vote for itself is durable, and breaks no
 * promise to a leader, before it asks others for theirs. (Ratis renames the file that holds the
 * vote but does not force its directory.) And a peer that was away is connected to at once when it
 * is asked again: gRPC by itself waits longer with each failure, up to two minutes, in which it
 * fails every request without a try, although the peer may long be back.
 */
final class PortServices implements GrpcServices {
  private static final Logger log = LoggerFactory.getLogger(PortServices.class);
  private static final int CLOSE_WAIT_MS = 500;

  /**
   * What fails so soon found a channel to an earlier run of the other node, and nothing has left:
   * it is tried once more.
   */
  static final int STALE_CHANNEL_MS = 250;

  private static final long RENEWAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final GrpcServicesImpl delegate;
  private final Groups groups;

  /** When the channel to a peer was made anew, by the clock of {@link System#nanoTime}. */
  private final Map<RaftPeerId, Long> renewals = new ConcurrentHashMap<>();

  PortServices(GrpcServices delegate, Groups groups) {
    this.delegate = (GrpcServicesImpl) delegate;
    this.groups = groups;
  }

  GrpcServicesImpl delegate() {
    return delegate;
  }

  @Override
  public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
    RatisGroup group =
        groups.find(ProtoUtils.toRaftGroupId(request.getServerRequest().getRaftGroupId()));
    boolean handedOver =
        group != null && group.candidate(request.getPreVote(), request.getCandidateTerm());
    try {
      return delegate.requestVote(handedOver ? HandedOver.mark(request) : request);
    } catch (StatusRuntimeException e) {
      connectAgain(request.getServerRequest(), e);
      throw e;
    }
  }

  @Override
  public void addRaftPeers(Collection<RaftPeer> peers) {
    delegate.addRaftPeers(peers);
  }

  @Override
  public void addRaftPeers(RaftPeer... peers) {
    delegate.addRaftPeers(List.of(peers));
  }

  /**
   * Never fails: a leadership whose transfer has failed at its first step is stepping down for ever
   * in Ratis, refuses all proposals and goes on sending heartbeats. One that was only not answered
   * ends after its timeout, and the leader goes on.
   */
  @Override
  public StartLeaderElectionReplyProto startLeaderElection(
      StartLeaderElectionRequestProto request) {
    long began = System.nanoTime();
    try {
      return stand(request);
    } catch (StatusRuntimeException e) {
      boolean stale =
          e.getStatus().getCode() == Status.Code.UNAVAILABLE
              && System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(STALE_CHANNEL_MS);
      return stale ? standOrRefuse(request) : refusal(request, e);
    } catch (IOException | RuntimeException e) {
      return refusal(request, e);
    }
  }

  private StartLeaderElectionReplyProto standOrRefuse(StartLeaderElectionRequestProto request) {
    try {
      return stand(request);
    } catch (IOException | RuntimeException e) {
      return refusal(request, e);
    }
  }

  private StartLeaderElectionReplyProto stand(StartLeaderElectionRequestProto request)
      throws IOException {
    try {
      return delegate.startLeaderElection(request);
    } catch (StatusRuntimeException e) {
      connectAgain(request.getServerRequest(), e);
      throw e;
    }
  }

  private static StartLeaderElectionReplyProto refusal(
      StartLeaderElectionRequestProto request, Exception failure) {
    RaftRpcRequestProto asked = request.getServerRequest();
    log.info(
        "{} could not be asked to stand for election: {}",
        RaftPeerId.valueOf(asked.getReplyId()),
        failure.toString());
    return StartLeaderElectionReplyProto.newBuilder()
        .setServerReply(
            RaftRpcReplyProto.newBuilder()
                .setRequestorId(asked.getRequestorId())
                .setReplyId(asked.getReplyId())
                .setRaftGroupId(asked.getRaftGroupId())
                .setCallId(asked.getCallId())
                .setSuccess(false))
        .build();
  }

  /**
   * The next request finds a new channel, which connects if there is anybody to connect to. All
   * groups share it: what fails of the old one at the same time makes no further one.
   */
  private void connectAgain(RaftRpcRequestProto request, StatusRuntimeException failure) {
    if (failure.getStatus().getCode() != Status.Code.UNAVAILABLE) {
      return;
    }
    RaftPeerId peer = RaftPeerId.valueOf(request.getReplyId());
    long now = System.nanoTime();
    Long renewed = renewals.get(peer);
    if (renewed == null || now - renewed > RENEWAL_NANOS) {
      renewals.put(peer, now);
      delegate.handleException(peer, failure, true);
    }
  }

  @Override
  public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) {
    return delegate.appendEntries(request);
  }

  @Override
  public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) {
    return delegate.installSnapshot(request);
  }

  @Override
  public RaftServerAsynchronousProtocol async() {
    return delegate.async();
  }

  @Override
  public void handleException(RaftPeerId serverId, Exception e, boolean reconnect) {
    delegate.handleException(serverId, e, reconnect);
  }

  @Override
  public void notifyNotLeader(RaftGroupId groupId) {
    delegate.notifyNotLeader(groupId);
  }

  @Override
  public InetSocketAddress getInetSocketAddress() {
    return delegate.getInetSocketAddress();
  }

  @Override
  public InetSocketAddress getClientServerAddress() {
    return delegate.getClientServerAddress();
  }

  @Override
  public InetSocketAddress getAdminServerAddress() {
    return delegate.getAdminServerAddress();
  }

  @Override
  public RpcType getRpcType() {
    return delegate.getRpcType();
  }

  @Override
  public void start() throws IOException {
    delegate.start();
  }

  /**
   * Closes the port at once, and the channels to the others in the background: for each that does
   * not answer, Ratis waits for seconds.
   */
  @Override
  public void close() {
    Thread closer = DaemonThreads.of(this::closeDelegate, "raft-port-close");
    closer.start();
    try {
      closer.join(CLOSE_WAIT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeDelegate() {
    try {
      delegate.close();
    } catch (IOException | RuntimeException e) {
      log.warn("the Raft port did not close cleanly: {}", e.toString());
    }
  }
}
