package io.quorate.raftqueue.raft.ratis;

import java.util.concurrent.Executor;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallExecutorSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages of links only go into a loop's inbox: they are taken in on the thread that has read
 * them from the network. Everything else (votes) may wait for a disk and runs on gRPC's own
 * executor.
 */
final class PortExecutors implements ServerCallExecutorSupplier {

  private static final String LINK = "quorate.link.v1.Link/Connect";

  @Override
  public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata metadata) {
    return LINK.equals(call.getMethodDescriptor().getFullMethodName()) ? Runnable::run : null;
  }
}
