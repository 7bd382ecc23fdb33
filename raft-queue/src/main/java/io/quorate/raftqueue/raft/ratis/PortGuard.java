package io.quorate.raftqueue.raft.ratis;

import java.io.IOException;
import java.util.Set;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.util.ProtoUtils;
import org.jspecify.annotations.Nullable;

/**
 * Stands before all services of the port. A vote is durable (directory entry included) before its
 * reply leaves; acks and votes keep this replica's promises ({@link LeaderPromise}); and Ratis's
 * own client and admin services, which nobody here uses, are closed.
 */
final class PortGuard implements ServerInterceptor {
  private static final Set<String> CLOSED =
      Set.of("ratis.grpc.RaftClientProtocolService", "ratis.grpc.AdminProtocolService");
  private static final String SERVER = "ratis.grpc.RaftServerProtocolService";

  private final Groups groups;

  PortGuard(Groups groups) {
    this.groups = groups;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String service = call.getMethodDescriptor().getServiceName();
    if (service != null && CLOSED.contains(service)) {
      call.close(
          Status.PERMISSION_DENIED.withDescription("not offered; use the admin API"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    if (!SERVER.equals(service)) {
      return next.startCall(call, headers);
    }
    GuardedCall<Q, R> guarded = new GuardedCall<>(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(guarded, headers)) {
      @Override
      public void onMessage(Q message) {
        if (message instanceof RequestVoteRequestProto request && !request.getPreVote()) {
          guarded.vote = request;
        } else if (message instanceof StartLeaderElectionRequestProto request) {
          RatisGroup group = group(request.getServerRequest().getRaftGroupId());
          if (group != null) {
            group.askedToStand(request.getLeaderLastEntry().getTerm());
          }
        }
        super.onMessage(message);
      }
    };
  }

  private @Nullable RatisGroup group(RaftGroupIdProto id) {
    return groups.find(ProtoUtils.toRaftGroupId(id));
  }

  private final class GuardedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private volatile @Nullable RequestVoteRequestProto vote;

    /** Ended here; Ratis does not know, and what it still says goes nowhere. */
    private volatile boolean ended;

    GuardedCall(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public void sendMessage(R reply) {
      if (ended) {
        return;
      }
      if (reply instanceof AppendEntriesReplyProto ack && !groups.mayAcknowledge(ack)) {
        end("voted in a later term");
      } else if (reply instanceof RequestVoteReplyProto answer && !mayLeave(answer)) {
        // Without its reply the call fails at the candidate, which then has no vote from here.
        end("no vote while the leader lives");
      } else {
        super.sendMessage(reply);
      }
    }

    private void end(String reason) {
      ended = true;
      super.close(Status.ABORTED.withDescription(reason), new Metadata());
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!ended) {
        super.close(status, trailers);
      }
    }

    private boolean mayLeave(RequestVoteReplyProto answer) {
      RequestVoteRequestProto request = vote;
      RatisGroup group =
          request == null ? null : group(request.getServerRequest().getRaftGroupId());
      if (request == null || group == null) {
        return true; // A pre-vote binds nobody.
      }
      try {
        group.forceLogDirectory();
      } catch (IOException e) {
        group.logFailed(e);
        return false;
      }
      return !answer.getServerReply().getSuccess()
          || group
              .promise()
              .mayVote(request.getCandidateTerm(), HandedOver.is(request), System.nanoTime());
    }
  }
}
