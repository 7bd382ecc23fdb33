package io.quorate.raftqueue.raft.ratis;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;

/** Makes Ratis use {@link PortFactory}; Ratis instantiates it by name. */
public final class PortRpcType implements RpcType {
  @Override
  public String name() {
    return "QUORATE";
  }

  @Override
  public RpcFactory newFactory(Parameters parameters) {
    return new PortFactory(parameters);
  }
}
