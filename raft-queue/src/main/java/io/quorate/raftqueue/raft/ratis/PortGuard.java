package io.quorate.raftqueue.raft.ratis;

import java.io.IOException;
import java.util.Set;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
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
 * Stands before all services of the port: a vote is durable (directory entry included) before its
 * reply leaves, and Ratis's own client and admin services, which nobody here uses, are closed.
 */
final class PortGuard implements ServerInterceptor {
  private static final Set<String> CLOSED =
      Set.of("ratis.grpc.RaftClientProtocolService", "ratis.grpc.AdminProtocolService");
  private static final String VOTE = "ratis.grpc.RaftServerProtocolService/requestVote";

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
    if (!call.getMethodDescriptor().getFullMethodName().equals(VOTE)) {
      return next.startCall(call, headers);
    }
    VoteCall<Q, R> vote = new VoteCall<>(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(vote, headers)) {
      @Override
      public void onMessage(Q message) {
        if (message instanceof RequestVoteRequestProto request && !request.getPreVote()) {
          vote.group =
              groups.find(ProtoUtils.toRaftGroupId(request.getServerRequest().getRaftGroupId()));
        }
        super.onMessage(message);
      }
    };
  }

  private static final class VoteCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private volatile @Nullable RatisGroup group;

    VoteCall(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public void sendMessage(R reply) {
      RatisGroup voter = group;
      if (voter != null) {
        try {
          voter.forceLogDirectory();
        } catch (IOException e) {
          // Without its reply the call fails at the candidate, which then has no vote from here.
          voter.logFailed(e);
          return;
        }
      }
      super.sendMessage(reply);
    }
  }
}
