package io.quorate.raftqueue.raft.ratis;

import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;

/**
 * The mark on a request for a vote that says that the leader itself asked the candidate to stand.
 * In a field that Ratis's votes do not use.
 */
final class HandedOver {
  private HandedOver() {}

  static RequestVoteRequestProto mark(RequestVoteRequestProto request) {
    RequestVoteRequestProto.Builder marked = request.toBuilder();
    marked.getServerRequestBuilder().setToLeader(true);
    return marked.build();
  }

  static boolean is(RequestVoteRequestProto request) {
    return request.getServerRequest().getToLeader();
  }
}
