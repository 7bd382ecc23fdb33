package io.quorate.admin.server;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.quorate.admin.AnsweringNode;

/**
 * Signs every answer with the node's number, so that a client can tell "the node says UNAVAILABLE"
 * from "there is no node".
 */
final class NodeTrailer implements ServerInterceptor {

  private final String node;

  NodeTrailer(int node) {
    this.node = Integer.toString(node);
  }

  @Override
  public <Q, R> Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            trailers.put(AnsweringNode.KEY, node);
            super.close(status, trailers);
          }
        },
        headers);
  }
}
